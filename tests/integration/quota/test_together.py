"""Länder that wait for a commit are saved by the next one, and none waits for another's lock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from services.quota.handlers.together import Together
from services.quota.store.positions import load_position
from services.quota.store.worlds import Step, load_world, step_of
from shared.clock import now
from shared.codes import Land
from shared.postgres import OwnershipLost, transaction
from tests.eventually import eventually
from tests.integration.quota.conftest import QuotaInTest
from tests.integration.quota.ledgers import LedgerInTest

pytestmark = pytest.mark.asyncio
ONE, TWO, THREE = Land("01"), Land("02"), Land("03")


@asynccontextmanager
async def locked(quota: QuotaInTest, what: str) -> AsyncIterator[None]:
    """As long as another transaction holds a lock."""
    async with transaction(quota.database) as tx:
        await tx.execute(what)
        yield


async def next_step(quota: QuotaInTest, land: Land) -> Step:
    """What counting one more entry of a Land, the first, moves."""
    async with quota.database.acquire() as tx:
        world = await load_world(tx, land)
    entry = LedgerInTest(land=land).record().body
    assert entry is not None
    seen = world.position
    return step_of(world, seen, world.apply(entry), now(), [entry])


async def sequence(quota: QuotaInTest, land: Land) -> int:
    async with quota.database.acquire() as tx:
        return (await load_position(tx, land)).sequence


async def transaction_of(quota: QuotaInTest, land: Land) -> str:
    """Which transaction wrote a Land's position last."""
    query = "SELECT xmin::text FROM positions WHERE land = $1"
    return str(await quota.database.fetchval(query, land))


async def until_group(together: Together, is_open: bool, *lands: Land) -> None:
    """Return when the newest group has these Länder in it, and still grows or no longer."""

    def is_there() -> bool:
        group = together._last
        return (group.is_open, set(group.steps)) == (is_open, set(lands))

    await eventually(is_there, within=5, because="they wait for the commit before them")


async def test_what_waits_for_a_commit_is_saved_by_one(quota: QuotaInTest) -> None:
    together = Together(quota.database, turns=1)
    steps = [await next_step(quota, land) for land in (ONE, TWO, THREE)]
    async with locked(quota, "LOCK TABLE count_changes IN SHARE MODE"):
        first = asyncio.create_task(together.save(steps[0]))
        await until_group(together, False, ONE)
        others = [asyncio.create_task(together.save(step)) for step in steps[1:]]
        await until_group(together, True, TWO, THREE)
    await asyncio.gather(first, *others)
    written = [await transaction_of(quota, land) for land in (ONE, TWO, THREE)]
    assert written[0] != written[1] == written[2]
    assert [await sequence(quota, land) for land in (ONE, TWO, THREE)] == [1, 1, 1]


async def test_a_land_that_another_changes_is_left_out_and_saved_alone(quota: QuotaInTest) -> None:
    together = Together(quota.database)
    held, free = await next_step(quota, ONE), await next_step(quota, TWO)
    async with locked(quota, "SELECT FROM positions WHERE land = '01' FOR UPDATE"):
        waits = asyncio.create_task(together.save(held))
        await together.save(free)
        assert await sequence(quota, TWO) == 1
        assert not waits.done()
    await waits
    assert await sequence(quota, ONE) == 1


async def test_one_that_was_moved_meanwhile_takes_no_other_with_it(quota: QuotaInTest) -> None:
    together = Together(quota.database)
    late, early = await next_step(quota, ONE), await next_step(quota, ONE)
    await together.save(early)
    saved = await asyncio.gather(
        together.save(late), together.save(await next_step(quota, TWO)), return_exceptions=True
    )
    assert [type(each) for each in saved] == [OwnershipLost, type(None)]
    assert [await sequence(quota, land) for land in (ONE, TWO)] == [1, 1]


async def test_one_that_cannot_be_saved_takes_no_other_with_it(quota: QuotaInTest) -> None:
    together = Together(quota.database)
    sound, false = await next_step(quota, TWO), await next_step(quota, ONE)
    [batch] = false.rows[3]
    reversed_numbers = (batch[0], 2, 1, *batch[3:])
    false = false._replace(rows=(*false.rows[:3], [reversed_numbers], *false.rows[4:]))
    saved = await asyncio.gather(together.save(false), together.save(sound), return_exceptions=True)
    assert [type(each) for each in saved] == [asyncpg.CheckViolationError, type(None)]
    assert [await sequence(quota, land) for land in (ONE, TWO)] == [0, 1]


async def test_an_outage_is_told_to_all_that_waited(quota: QuotaInTest) -> None:
    together = Together(quota.database)
    steps = [await next_step(quota, land) for land in (ONE, TWO)]
    await quota.database.expire_connections()
    await quota.database.close()
    saved = await asyncio.gather(*map(together.save, steps), return_exceptions=True)
    assert [type(each) for each in saved] == [asyncpg.InterfaceError] * 2
