"""The notes service, on a database of its own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest
import pytest_asyncio

from embedded.kafka import KafkaBroker
from tests.eventually import eventually
from tests.integration.servers import OwnDatabase
from tests.integration.shared.issuers import IssuerInTest
from tests.integration.shared.notes import TABLE
from tests.integration.shared.processes import Notes, notes_here
from tests.integration.shared.reading import Reading, reading_with

SLEEPERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = $1 AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()
"""


@dataclass
class Interrupter:
    """Somebody who cuts connections of a test's database."""

    database: OwnDatabase

    async def cut_whoever_sleeps(self) -> None:
        """Cut the connections in which a statement sleeps, once there is one."""
        tx = await asyncpg.connect(self.database.server.admin_url)
        try:
            await eventually(
                lambda: tx.fetch(SLEEPERS, self.database.name), within=10, because="it sleeps"
            )
        finally:
            await tx.close()


@pytest.fixture
def interrupter(database: OwnDatabase) -> Interrupter:
    return Interrupter(database)


async def make_table(database: OwnDatabase) -> None:
    tx = await asyncpg.connect(database.admin_url)
    try:
        await tx.execute(TABLE)
    finally:
        await tx.close()


@pytest_asyncio.fixture
async def notes(database: OwnDatabase, issuer: IssuerInTest) -> AsyncIterator[Notes]:
    """The service in this process, ready."""
    await make_table(database)
    async with notes_here(database.url("quota"), database.passwords["quota"], issuer) as notes:
        yield notes


@pytest_asyncio.fixture
async def reading(
    database: OwnDatabase, kafka: KafkaBroker, topic_prefix: str
) -> AsyncIterator[Reading]:
    async with reading_with(database, kafka, topic_prefix) as reading:
        yield reading
