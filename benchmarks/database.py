"""Databases for one run each: all migrations and a world's definitions in it, and no entry yet."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from access.reach import EVERYWHERE
from benchmarks.world import World
from embedded.database import NAME, prepare_database
from embedded.postgres import OWNER, PostgresServer
from services.quota.domain import world as counted
from services.quota.domain.counts import Position
from services.quota.domain.definitions import Definition
from services.quota.domain.documents import from_document, kind_of, to_document
from services.quota.store.definitions import INSERT
from services.quota.store.positions import ADVANCE, MOVE
from services.quota.store.rows import arrays_of
from services.quota.store.snapshots import insert_snapshot
from shared.codes import LANDS, Land, QuotaCode
from shared.postgres import Database, open_pool

SERVICE = "quota"
REACHED = "SELECT sum(sequence) FROM positions"


@dataclass(frozen=True, slots=True)
class Template:
    """A database in which a world is defined, to be cloned for every run."""

    server: PostgresServer
    name: str
    password: str

    @asynccontextmanager
    async def clone(self) -> AsyncIterator["OwnDatabase"]:
        """A database of its own, dropped at the end."""
        name = f"bench_{secrets.token_hex(4)}"
        await run(self.server, f"CREATE DATABASE {name} TEMPLATE {self.name} STRATEGY FILE_COPY")
        try:
            yield OwnDatabase(self.server, name, self.password)
        finally:
            await run(self.server, f"DROP DATABASE {name} WITH (FORCE)")


@dataclass(frozen=True, slots=True)
class OwnDatabase:
    """One run's database."""

    server: PostgresServer
    name: str
    password: str

    def url(self, service: str) -> str:
        """As HAFENLOTSE_DATABASE_URL has it: without the password."""
        return f"postgresql://{service}@127.0.0.1:{self.server.port}/{self.name}"

    async def open(self, service: str = SERVICE) -> Database:
        """A pool with a service's own rights, in all Länder."""
        return await open_pool(self.url(service), self.password, 4, "benchmark", EVERYWHERE)


async def make_template(server: PostgresServer, world: World, password: str) -> Template:
    """Define the world in a database of its own."""
    passwords = dict.fromkeys(("admissions", SERVICE, "notifications"), password)
    await prepare_database(server, passwords)
    template = Template(
        server, f"world_{world.size}_{world.tolerance}_{world.late_percent}", password
    )
    await run(server, f"CREATE DATABASE {template.name} TEMPLATE {NAME} STRATEGY FILE_COPY")
    pool = await OwnDatabase(server, template.name, password).open()
    try:
        for land in LANDS:
            await _define(pool, land, world)
    finally:
        await pool.close()
    return template


async def _define(pool: Database, land: Land, world: World) -> None:
    """Write a Land's definitions and the counts after them, as if each had been made in turn."""
    definitions = definitions_of(land, world)
    position = Position(definition=len(definitions))
    counts = counted.World.load(land, position, definitions, {}).counts()
    async with pool.acquire() as tx, tx.transaction():
        await tx.executemany(INSERT, [_row(definition) for definition in definitions])
        await tx.execute(ADVANCE, *arrays_of(MOVE, [(land, 0, 0, *position, True)]))
        await insert_snapshot(tx, land, position, counts)


def _row(definition: Definition) -> tuple[object, ...]:
    what = kind_of(definition.change), to_document(definition.change)
    number = definition.land, definition.number, definition.quota
    return (*number, *what, definition.ledger_sequence, definition.recorded_at, "benchmark")


def definitions_of(land: Land, world: World) -> list[Definition]:
    """A world's definitions of one Land as the quota service knows them."""
    at = datetime(2023, 12, 31, tzinfo=UTC)
    return [
        Definition(land, number, QuotaCode(quota), 0, at, from_document(kind, change))
        for number, (quota, kind, change) in enumerate(world.definitions(land), 1)
    ]


async def run(server: PostgresServer, statement: str) -> None:
    """One statement as the server's owner, outside of any transaction."""
    tx = await asyncpg.connect(server.url(OWNER, server.password, "postgres"))
    try:
        await tx.execute(statement)
    finally:
        await tx.close()
