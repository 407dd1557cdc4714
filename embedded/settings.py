"""What a person may set for embedded mode, read from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from embedded.faults import Fault

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "HAFENLOTSE_"
GATEWAY_PORT = 8400
INNER_PORTS = (
    "postgres",
    "kafka",
    "kafka_controller",
    "issuer",
    "mail",
    "admissions",
    "quota",
    "notifications",
    "webhook_sink",
)
HANDED_ON = (
    *("RATE_PER_SECOND", "RATE_BURST", "LOG_LEVEL", "DATABASE_CONNECTIONS"),
    *("GROUP_SECONDS", "QUIET_HOURS", "REMINDER_MINUTES"),
    *("RECONCILE_HOURS", "RECONCILE_FIRST_MINUTES"),
)
"""Settings of the services that embedded mode hands on as they are."""


@dataclass(frozen=True)
class Settings:
    """Where the state lives, which ports were asked for, what the services are told."""

    home: Path
    gateway_port: int
    postgres_home: Path | None
    inner_ports: Mapping[str, int]
    handed_on: Mapping[str, str]

    @property
    def address(self) -> str:
        """The one address of the three services."""
        return f"http://127.0.0.1:{self.gateway_port}"


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """All settings, or a Fault that names every wrong one."""
    source = os.environ if environ is None else environ
    ports = {name: _port(source, name) for name in ("gateway", *INNER_PORTS)}
    wrong = [fault for fault in ports.values() if isinstance(fault, str)]
    chosen = {name: port for name, port in ports.items() if isinstance(port, int)}
    chosen.setdefault("gateway", GATEWAY_PORT)
    if len(set(chosen.values())) < len(chosen):
        wrong.append("two settings name the same port")
    if wrong:
        raise Fault(f"These settings can't be used: {'; '.join(wrong)}.")
    return Settings(
        home=Path(source.get(f"{PREFIX}HOME") or ROOT / ".hafenlotse").expanduser().absolute(),
        gateway_port=chosen.pop("gateway"),
        postgres_home=_folder(source.get(f"{PREFIX}POSTGRES_HOME")),
        inner_ports=chosen,
        handed_on={
            PREFIX + name: source[PREFIX + name] for name in HANDED_ON if PREFIX + name in source
        },
    )


def _port(source: Mapping[str, str], name: str) -> int | str | None:
    setting = f"{PREFIX}{name.upper()}_PORT"
    text = source.get(setting)
    if not text:
        return None
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
        return int(text)
    return f"{setting} is {text!r}, not a port from 1 to 65535"


def _folder(text: str | None) -> Path | None:
    return Path(text).expanduser().absolute() if text else None
