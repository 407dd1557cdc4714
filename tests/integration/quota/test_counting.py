"""Entries are counted once, in order, in one fenced transaction."""

import asyncio

import pytest
from msgspec.structs import replace

from services.quota.handlers.crossings import CrossingSource, outgoing
from services.quota.handlers.seeds import seed_lands
from services.quota.store.definitions import list_definitions
from shared.codes import Ags, Cause, Standing
from shared.postgres import LandHeld
from tests.integration.quota.conftest import QuotaInTest
from tests.integration.quota.ledgers import LAND, posting
from tests.unit.shared.lands import a_record

FLENSBURG, LUEBECK = Ags("01001"), Ags("01003")
pytestmark = pytest.mark.asyncio


async def test_one_placement_credits_its_unit_and_crosses(quota: QuotaInTest) -> None:
    await quota.owner().take([quota.ledger.record(posting("01001", 3))])
    counts = await quota.counts()
    assert counts.credited[FLENSBURG] == 3
    assert sum(counts.totals.values()) == 3
    [crossing] = await quota.crossings()
    assert (crossing.unit, crossing.after) == ("01001", Standing.OVER)
    assert crossing.cause is Cause.OWN_PLACEMENT


async def test_one_citys_placement_can_put_another_under(quota: QuotaInTest) -> None:
    await quota.owner().take([quota.ledger.record(posting("01001", 40))])
    under = {each.unit for each in await quota.crossings() if each.after is Standing.UNDER}
    assert "01056" in under


async def test_what_is_announced_is_what_would_be_read_back(quota: QuotaInTest) -> None:
    """Byte for byte: by its bytes a relay knows what one before it has sent."""
    for persons in (3, 9, 1, 30, 2):
        quota.ledger.record(posting("01002", persons), posting("01056", 2 * persons))
    await quota.owner().take(quota.ledger.events())
    announced = list(map(outgoing, quota.announced))
    async with quota.database.acquire() as tx:
        assert announced == await CrossingSource().read_after(tx, {LAND: 0}, 100)
    assert len(announced) > 1


async def test_repeats_change_nothing(quota: QuotaInTest) -> None:
    owner = quota.owner()
    events = [quota.ledger.record() for _ in range(5)]
    await owner.take(events)
    once = (await quota.counts(), await quota.crossings())
    await owner.take(events[2:])
    await quota.owner().take(events)
    assert (await quota.counts(), await quota.crossings()) == once


async def test_batch_cuts_change_no_crossing(quota: QuotaInTest) -> None:
    for persons in (3, 9, 1, 30, 2):
        quota.ledger.record(posting("01002", persons), posting("01056", 2 * persons))
    owner = quota.owner()
    await owner.take(quota.ledger.events()[:2])
    await owner.take(quota.ledger.events()[2:])
    assert [each.sequence for each in await quota.crossings()] == list(
        range(1, len(await quota.crossings()) + 1)
    )
    assert await quota.sequence() == 5


@pytest.mark.promise(13)
async def test_a_hole_is_filled_from_the_feed(quota: QuotaInTest) -> None:
    events = [quota.ledger.record() for _ in range(6)]
    await quota.owner().take([events[0], events[1], events[4], events[5]])
    assert await quota.sequence() == 6


async def test_a_hole_holds_the_land_until_the_feed_answers(quota: QuotaInTest) -> None:
    owner, events = quota.owner(), [quota.ledger.record() for _ in range(4)]
    quota.ledger.is_down = True
    await owner.take([events[0], events[3]])
    assert await quota.sequence() == 1
    quota.ledger.is_down = False
    await owner.settle()
    assert await quota.sequence() == 4


async def test_a_zombie_owner_changes_nothing(quota: QuotaInTest) -> None:
    first, zombie = quota.owner(), quota.owner()
    events = [quota.ledger.record(posting("01001", 2)) for _ in range(30)]
    await zombie.take(events[:10])
    await first.take(events[:20])
    await zombie.take(events[10:])
    await first.take(events)
    assert (await quota.counts()).credited[FLENSBURG] == 60


async def test_three_owners_at_once_count_once(quota: QuotaInTest) -> None:
    events = [quota.ledger.record(posting("01003", 1)) for _ in range(60)]
    owners = [quota.owner() for _ in range(3)]
    for start in range(0, 60, 10):
        await asyncio.gather(*(owner.take(events[start : start + 10]) for owner in owners))
    assert (await quota.counts()).credited[LUEBECK] == 60
    assert await quota.sequence() == 60


async def test_a_number_beyond_the_head_is_buried(quota: QuotaInTest) -> None:
    true = quota.ledger.record()
    forged = replace(true, sequence=99, record=a_record("forged"))
    await quota.owner().take([true, forged])
    async with quota.database.acquire() as tx:
        assert await tx.fetchval("SELECT reason FROM dead_letters") == "beyond-head"
    assert await quota.sequence() == 1


async def test_a_false_entry_that_was_applied_holds_the_land(quota: QuotaInTest) -> None:
    true = quota.ledger.record(posting("01001", 3))
    assert true.body
    lie = replace(true.body, hash="f" * 64)
    owner = quota.owner()
    await owner.take([replace(true, fingerprint="f" * 64, body=lie)])
    with pytest.raises(LandHeld):
        await owner.take([true])
    with pytest.raises(LandHeld):
        await quota.owner().take([quota.ledger.record()])


async def test_seeds_are_applied_once(quota: QuotaInTest) -> None:
    await asyncio.gather(*(seed_lands(quota.database) for _ in range(3)))
    async with quota.database.acquire() as tx:
        numbers = [each.number for each in await list_definitions(tx, LAND)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == len(set(numbers))
