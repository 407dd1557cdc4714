"""What is read of the alerts does not grow with them, though PostgreSQL knows nothing of them yet.

As on a new system under load: there are no statistics, and plans were made for a small table.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from access.reach import EVERYWHERE
from services.notifications.domain.alert import alert_id
from services.notifications.handlers.crossings import record_crossings
from services.notifications.store import alerts
from shared.postgres import Connection, Database, transaction
from tests.integration.notifications.crossings import LAND
from tests.integration.notifications.desk import Desk, open_desk
from tests.integration.servers import OwnDatabase

pytestmark = pytest.mark.asyncio

UNITS, RUNS, BEGIN_EVERY = 40, 60, 4
READ = """
    SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::bigint
      FROM pg_stat_xact_user_tables WHERE relname = 'alerts'
"""


@dataclass
class Grown:
    """A desk, and services that began while its alerts became more: each has plans of then."""

    desk: Desk
    begun: list[Database]


@pytest_asyncio.fixture
async def grown(database: OwnDatabase) -> AsyncIterator[Grown]:
    """Many runs of crossings, each of which resolves the alerts of the one before."""
    owner = await asyncpg.connect(database.admin_url)
    await owner.execute("ALTER TABLE notifications.alerts SET (autovacuum_enabled = off)")
    await owner.close()
    async with open_desk(database) as desk, AsyncExitStack() as stack:
        grown = Grown(desk, [])
        for run in range(RUNS):
            await desk.move(*moves(run))
            if run % BEGIN_EVERY == 0:
                pool = await stack.enter_async_context(
                    database.pool("notifications", reach=EVERYWHERE)
                )
                await load_often(pool, run)
                grown.begun.append(pool)
        yield grown


async def load_often(pool: Database, run: int) -> None:
    """As often as it takes until a plan is kept."""
    for _ in range(6):
        async with transaction(pool) as tx:
            await alerts.load_with_resolved(tx, ids_of(run))


def moves(run: int, units: int = UNITS) -> list[tuple[str, str]]:
    return [(f"01{number:03}", ("over", "under")[run % 2]) for number in range(units)]


def ids_of(run: int, count: int = 10) -> list[UUID]:
    return [alert_id(LAND, UNITS * run + number) for number in range(1, count + 1)]


async def rows_read(
    database: Database, ask: Callable[[Connection], Awaitable[Any]], **kind: Any
) -> tuple[int, Any]:
    """How many rows of the alerts a question reads, and its answer."""
    async with transaction(database, frozenset({LAND}), **kind) as tx:
        before = await tx.fetchval(READ)
        answer = await ask(tx)
        return await tx.fetchval(READ) - before, answer


async def test_the_list_reads_its_page(grown: Grown) -> None:
    read, page = await rows_read(
        grown.desk.database,
        lambda tx: alerts.list_alerts(tx, ["01", "10"], 2**62, (None, None, None), 31),
        isolation="repeatable_read",
        readonly=True,
    )
    sequences = [alert.crossing.sequence for _, alert in page]
    assert sequences == list(range(UNITS * RUNS, UNITS * RUNS - 31, -1))
    assert read <= 2 * 31


async def test_letters_read_what_they_are_about(grown: Grown) -> None:
    for pool in grown.begun:
        read, known = await rows_read(
            pool, lambda tx: alerts.load_with_resolved(tx, ids_of(RUNS // 2))
        )
        assert len(known) == 20
        assert read <= 2 * 20


async def test_crossings_read_what_they_resolve(grown: Grown) -> None:
    events = [grown.desk.crossings.cross(unit, after) for unit, after in moves(RUNS, 5)]
    read, _ = await rows_read(
        grown.desk.database,
        lambda tx: record_crossings(tx, LAND, events, grown.desk.at, grown.desk.schedule),
    )
    assert read <= 6 * UNITS
