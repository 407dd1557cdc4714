"""Where the three services of one installation keep what they know, and how to get in."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from pydantic import ValidationError

from access.reach import EVERYWHERE
from services.admissions.settings import AdmissionsSettings
from services.notifications.settings import NotificationsSettings
from services.quota.settings import QuotaSettings
from shared.postgres import Database, open_pool
from shared.settings import SECRETS, ServiceSettings

PREFIX = "HAFENLOTSE_"
URL = "HAFENLOTSE_DATABASE_URL"
KINDS: Mapping[str, Callable[..., ServiceSettings]] = {
    "admissions": AdmissionsSettings,
    "quota": QuotaSettings,
    "notifications": NotificationsSettings,
}
SERVICES = tuple(KINDS)
READERS = ("quota", "notifications")
"""The services that read a topic, and so may have dead letters."""
CONNECTIONS = 3
ADDRESS = "http://127.0.0.1:{port}"
PORTS = {"admissions": 8401, "quota": 8402, "notifications": 8403}
Environment = Mapping[str, str]


class NotHere(click.ClickException):
    """There is no installation, or a part of it can't be reached."""

    exit_code = 3


@dataclass(frozen=True)
class Installation:
    """The settings of every service, and the addresses at which they answer."""

    settings: Mapping[str, ServiceSettings]
    addresses: Mapping[str, str]

    @property
    def quota(self) -> QuotaSettings:
        settings = self.settings["quota"]
        assert isinstance(settings, QuotaSettings)  # noqa: S101  # KINDS says so
        return settings

    @property
    def notifications(self) -> NotificationsSettings:
        settings = self.settings["notifications"]
        assert isinstance(settings, NotificationsSettings)  # noqa: S101  # KINDS says so
        return settings

    @asynccontextmanager
    async def database(self, service: str) -> AsyncIterator[Database]:
        """The schema of a service with its own rights, no more, in all Länder."""
        settings = self.settings[service]
        place = settings.database, settings.password
        pool = await open_pool(*place, CONNECTIONS, "command line", EVERYWHERE)
        try:
            yield pool
        finally:
            await pool.close()


def find_installation() -> Installation:
    """The installation that the environment names, else the embedded one of this checkout."""
    given = _of_environment if os.environ.get(URL) else _of_embedded_mode
    environments, addresses = given()
    try:
        settings = {name: _read(name, environments[name]) for name in SERVICES}
    except ValidationError as faults:
        names = ", ".join(PREFIX + str(fault["loc"][0]).upper() for fault in faults.errors())
        raise click.UsageError(f"These settings can't be used: {names}.") from faults
    except OSError as failure:
        raise NotHere(f"A secret can't be read: {failure}.") from failure
    return Installation(settings, addresses)


def _read(name: str, environment: Environment) -> ServiceSettings:
    """The settings that a service would read from this environment."""
    folder = Path(environment[SECRETS])
    files = (path for path in folder.iterdir() if path.is_file())
    secrets = {path.name: path.read_text(encoding="utf-8") for path in files}
    plain = {key.removeprefix(PREFIX).lower(): value for key, value in environment.items()}
    fields: dict[str, Any] = plain | secrets
    return KINDS[name](**fields)


Found = tuple[dict[str, Environment], dict[str, str]]


def _of_environment() -> Found:
    """As in a service's container: the same settings serve all, but for role and secrets."""
    own = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
    beside = Path(own.get(SECRETS, "")).parent
    addresses = {
        name: own.get(f"{PREFIX}{name.upper()}_URL") or ADDRESS.format(port=PORTS[name])
        for name in SERVICES
    }
    given: dict[str, Environment] = {
        name: {"HAFENLOTSE_PORT": "1", **own, URL: _as_role(own[URL], name)}
        | {SECRETS: str(beside / name)}
        for name in SERVICES
    }
    return given, addresses


def _as_role(url: str, role: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{role}@{host}").geturl()


def _of_embedded_mode() -> Found:
    # Containers have no embedded mode, and lack what it needs.
    from embedded.faults import Fault  # noqa: PLC0415 - see above
    from embedded.home import Home  # noqa: PLC0415 - see above
    from embedded.ports import remembered  # noqa: PLC0415 - see above
    from embedded.programs import service_environment  # noqa: PLC0415 - see above
    from embedded.settings import read_settings  # noqa: PLC0415 - see above

    try:
        settings = read_settings()
    except Fault as fault:
        raise click.UsageError(str(fault)) from fault
    home = Home(settings.home)
    ports = remembered(home.ports)
    if not ports:
        raise NotHere(f"Hafenlotse was never started in {home.root}: 'make up' starts it.")
    given: dict[str, Environment] = {
        name: {**service_environment(name, settings.address, ports)}
        | {SECRETS: str(home.secrets / name)}
        for name in SERVICES
    }
    return given, {name: ADDRESS.format(port=ports[name]) for name in SERVICES}
