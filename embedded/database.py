"""The database of Hafenlotse: its roles, their passwords, and the services' schemas."""

import asyncio
from collections.abc import Mapping

import asyncpg

from deploy.migrations import MigrationChanged, migrate
from embedded.faults import Fault
from embedded.postgres import OWNER, PostgresServer
from embedded.settings import ROOT

NAME = "hafenlotse"
ROLES = ROOT / "deploy" / "postgres" / "roles.sql"

IS_THERE = "SELECT true FROM pg_database WHERE datname = $1"
MAKE = f"CREATE DATABASE {NAME}"
ASK_FOR_CHANGE = "SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text)"


async def prepare_database(server: PostgresServer, passwords: Mapping[str, str]) -> list[str]:
    """Bring database, roles and every service's schema up to date; the migrations applied now.

    `passwords` by role, one for each service. Raises Fault.
    """
    try:
        await _make_database(server.admin_url)
        url = server.url(OWNER, server.password, NAME)
        await _set_roles(url, passwords)
        applied = await asyncio.gather(*(migrate(url, service) for service in passwords))
    except asyncpg.InvalidPasswordError as error:
        raise Fault(
            "PostgreSQL refuses the password in the folder 'secrets', which is not the one that "
            "its data was made with: bring that folder back."
        ) from error
    except MigrationChanged as error:
        raise Fault(f"The database can't be brought up to date: {error}.") from error
    return [name for names in applied for name in names]


async def _make_database(admin_url: str) -> None:
    tx = await asyncpg.connect(admin_url)
    try:
        if not await tx.fetchval(IS_THERE, NAME):
            await tx.execute(MAKE)
    finally:
        await tx.close()


async def _set_roles(url: str, passwords: Mapping[str, str]) -> None:
    tx = await asyncpg.connect(url)
    try:
        await tx.execute(ROLES.read_text(encoding="utf-8"))
        for role, password in passwords.items():
            await tx.execute(await tx.fetchval(ASK_FOR_CHANGE, role, password))
    finally:
        await tx.close()
