"""Servers that want TLS and a password, and the files in which a service finds what it needs."""

import asyncio
import platform
import secrets
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.database import NAME, prepare_database
from tests.integration.secured.authority import Authority
from tests.integration.secured.place import Secured
from tests.integration.secured.servers import USER, fetch, secured_kafka, secured_postgres
from tests.integration.servers import OwnDatabase


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that the user of PostgreSQL may enter, too."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("a PostgreSQL with TLS is listed for Linux on x86-64 only")
    fetch()
    with tempfile.TemporaryDirectory(prefix="hafenlotse-secured-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def authority(open_folder: Path) -> Authority:
    return Authority(open_folder, "authority")


@pytest.fixture(scope="session")
def stranger(open_folder: Path) -> Authority:
    """An authority that vouched for nobody here."""
    return Authority(open_folder, "stranger")


@pytest.fixture(scope="session")
def secured(open_folder: Path, authority: Authority, handed_out: set[str]) -> Iterator[Secured]:
    """Both servers, a database with all of quota in it, and quota's secrets as files."""
    folder = open_folder / "secrets"
    folder.mkdir()
    for name in ("database_password", "kafka_sasl_password"):
        (folder / name).write_text(secrets.token_urlsafe(24), encoding="utf-8")
    first = (folder / "kafka_sasl_password").read_text(encoding="utf-8")
    owners = secrets.token_urlsafe(24)
    with (
        secured_kafka(open_folder, authority, first) as kafka,
        secured_postgres(open_folder, authority, owners) as postgres,
    ):
        passwords = {USER: (folder / "database_password").read_text(encoding="utf-8")}
        asyncio.run(prepare_database(postgres, passwords))
        own = OwnDatabase(postgres, NAME, passwords)
        secured = Secured(authority, kafka, postgres, own, folder, handed_out)
        handed_out.update((first, owners, passwords[USER]))
        yield secured
        for log in (kafka.log, postgres.log):
            text = log.read_text(encoding="utf-8", errors="replace")
            assert not any(secret in text for secret in handed_out)
