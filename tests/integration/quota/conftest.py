"""A seeded quota on a database of its own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest_asyncio

from access.reach import EVERYWHERE
from services.quota.domain.counts import Counts
from services.quota.domain.crossings import Crossing
from services.quota.handlers.placements import PlacementCounter
from services.quota.handlers.seeds import seed_lands
from services.quota.store.counts import load_counts
from services.quota.store.crossings import Written, list_crossings_after
from services.quota.store.positions import load_position
from shared.codes import QuotaCode
from shared.contracts.ledger import LedgerEntry
from shared.line import Line
from shared.postgres import Database
from tests.integration.quota.ledgers import LAND, LedgerInTest
from tests.integration.servers import OwnDatabase


@dataclass
class QuotaInTest:
    """What a test of quota looks at."""

    database: Database
    ledger: LedgerInTest
    announced: list[Written] = field(default_factory=list)

    def counter(self) -> PlacementCounter:
        """Counts what it is given, and announces what crosses."""
        return PlacementCounter(self.database, self.ledger, self.announced.extend)

    def owner(self) -> Line[LedgerEntry]:
        """One more process that believes that it owns the Land."""
        return Line(LAND, self.counter())

    async def crossings(self) -> list[Crossing]:
        async with self.database.acquire() as tx:
            return await list_crossings_after(tx, LAND, 0, 10_000)

    async def counts(self, quota: str = "sh-regular") -> Counts:
        async with self.database.acquire() as tx:
            counts = await load_counts(tx, LAND, await load_position(tx, LAND))
            return counts[QuotaCode(quota)]

    async def sequence(self) -> int:
        async with self.database.acquire() as tx:
            return (await load_position(tx, LAND)).sequence


@pytest_asyncio.fixture
async def quota(database: OwnDatabase) -> AsyncIterator[QuotaInTest]:
    async with database.pool("quota", reach=EVERYWHERE) as pool:
        await seed_lands(pool)
        yield QuotaInTest(pool, LedgerInTest())
