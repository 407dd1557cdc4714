"""The second lock: PostgreSQL shows and changes what is reached alone, whoever forgets to ask."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from access.reach import NOWHERE, Reach
from services.quota.domain.counts import Position
from services.quota.domain.definitions import QuotaOpened
from services.quota.store.counts import load_counts
from services.quota.store.crossings import list_crossings_after, load_heads
from services.quota.store.days import list_due
from services.quota.store.definitions import (
    QuotaExists,
    list_calendars,
    list_definitions,
    list_quotas,
    load_land_of,
)
from services.quota.store.entries import list_entries
from services.quota.store.positions import load_position
from services.quota.store.snapshots import load_snapshot
from services.quota.store.worlds import apply_changes, load_world, save, save_free, step_of
from shared.clock import now
from shared.codes import Land, QuotaCode
from shared.postgres import (
    Connection,
    Database,
    OwnershipLost,
    set_reach,
    transaction,
)
from tests.integration.quota.conftest import QuotaInTest
from tests.integration.quota.ledgers import LAND, LedgerInTest
from tests.integration.servers import OwnDatabase

pytestmark = pytest.mark.asyncio
REGULAR, OTHER = QuotaCode("sh-regular"), Land("02")
OWN, FOREIGN = frozenset({LAND}), frozenset({OTHER})
UNIT_OF_IT = frozenset({"01001"})


async def counted(quota: QuotaInTest) -> None:
    await quota.owner().take([quota.ledger.record() for _ in range(3)])


async def seen(tx: Connection) -> list[int]:
    """How much of the Land each question of the stores shows."""
    return [
        len(found)
        for found in (
            await load_counts(tx, LAND, Position(3, 99)),
            await tx.fetch("TABLE count_changes"),
            await list_crossings_after(tx, LAND, 0, 10),
            await load_heads(tx),
            await list_due(tx, 1),
            await list_calendars(tx),
            await list_definitions(tx, LAND),
            await list_quotas(tx),
            await list_entries(tx, LAND, 1, 10),
            (await load_snapshot(tx, LAND, 10, 99))[1],
        )
    ]


@pytest_asyncio.fixture
async def silent(database: OwnDatabase) -> AsyncIterator[Database]:
    """A pool whose transactions reach nothing that they don't name, as requests have it."""
    async with database.pool("quota") as pool:
        yield pool


async def test_a_land_is_seen_by_whoever_reaches_it_and_by_nobody_else(
    quota: QuotaInTest, silent: Database
) -> None:
    await counted(quota)
    async with transaction(silent, OWN) as tx:
        assert all(await seen(tx))
        assert await load_land_of(tx, REGULAR) == LAND
        assert (await load_position(tx, LAND)).sequence == 3
    for reach in (FOREIGN, UNIT_OF_IT, NOWHERE):
        async with silent.acquire() as tx, tx.transaction():
            await set_reach(tx, reach)
            assert not any(await seen(tx))
            assert await load_land_of(tx, REGULAR) is None
            with pytest.raises(LookupError):
                await load_position(tx, LAND)


@pytest.mark.parametrize("reach", [FOREIGN, UNIT_OF_IT])
async def test_nothing_is_counted_or_defined_out_of_reach(
    quota: QuotaInTest, silent: Database, reach: Reach
) -> None:
    await counted(quota)
    before = await quota.counts(), await quota.sequence()
    async with quota.database.acquire() as tx:
        world = await load_world(tx, LAND)
    at = world.position
    entry = quota.ledger.record().body
    assert entry is not None
    crossings = world.apply(entry)
    with pytest.raises(OwnershipLost):
        async with transaction(silent, reach) as tx:
            await save(tx, step_of(world, at, crossings, now(), [entry]))
    opened = QuotaOpened("Eine Quote", "an act")
    with pytest.raises(LookupError):
        async with transaction(silent, reach) as tx:
            await apply_changes(tx, LAND, [(QuotaCode("new"), opened)], now(), "test")
    assert (await quota.counts(), await quota.sequence()) == before


async def test_what_moves_a_land_in_reach_moves_none_beside_it(
    quota: QuotaInTest, silent: Database
) -> None:
    """Each Land asks for itself, and its rows are written only where it moved."""
    await counted(quota)
    async with quota.database.acquire() as tx:
        world, other = await load_world(tx, LAND), await load_world(tx, OTHER)
    at = world.position
    entry, foreign = quota.ledger.record().body, LedgerInTest(land=OTHER).record().body
    assert entry is not None
    assert foreign is not None
    crossings = world.apply(entry)
    other.apply(foreign)
    others = [each._replace(land=OTHER) for each in crossings]
    assert others
    steps = [
        step_of(world, at, crossings, now(), [entry]),
        step_of(other, Position(), others, now(), [foreign]),
    ]
    async with transaction(silent, OWN) as tx:
        assert await save_free(tx, steps) == {LAND}
    async with quota.database.acquire() as tx:
        assert not await list_crossings_after(tx, OTHER, 0, 9)
        assert (await load_position(tx, OTHER)).sequence == 0
        assert not await list_entries(tx, OTHER, 1, 9)
    assert await quota.sequence() == at.sequence + 1


@pytest.mark.usefixtures("quota")
async def test_a_code_that_another_land_took_is_refused_unseen(silent: Database) -> None:
    opened = QuotaOpened("Noch eine", "an act")
    with pytest.raises(QuotaExists):
        async with transaction(silent, FOREIGN) as tx:
            await apply_changes(tx, OTHER, [(REGULAR, opened)], now(), "test")


async def test_of_two_lands_that_take_a_code_at_once_one_gets_it(quota: QuotaInTest) -> None:
    opened, code = QuotaOpened("Neu", "an act"), QuotaCode("new")

    async def take(land: Land) -> None:
        async with transaction(quota.database) as tx:
            await apply_changes(tx, land, [(code, opened)], now(), "test")

    took = await asyncio.gather(take(LAND), take(OTHER), return_exceptions=True)
    assert [type(each) for each in took if each] == [QuotaExists]
