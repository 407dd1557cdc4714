"""People by day are the same whether they are summed yet or not."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from services.quota.handlers.days import keep_due_days, sum_due_days
from services.quota.store.day_snapshots import MOST_PLACES, Last, Sums, list_kept
from services.quota.store.days import load_daily, load_daily_at
from shared.postgres import snapshot
from tests.integration.quota.conftest import QuotaInTest
from tests.integration.quota.ledgers import LAND, posting

pytestmark = pytest.mark.asyncio
MANY = [("01001", 3), ("01002", 8), ("01001", -3), ("01003", 1), ("01003", 2), ("01002", 5)]


async def counted(quota: QuotaInTest) -> None:
    await quota.owner().take([quota.ledger.record(posting(*each)) for each in MANY])


def by_hand(quota: QuotaInTest, sequence: int) -> Sums:
    sums: Sums = Counter()
    for entry in quota.ledger.documents[:sequence]:
        for each in entry["postings"]:
            day = date.fromisoformat(each["effective_on"])
            sums[each["unit"], each["programme"], day] += each["persons"]
    return sums


async def summed(quota: QuotaInTest) -> int:
    return int(await quota.database.fetchval("SELECT summed FROM positions WHERE land = $1", LAND))


async def agree(quota: QuotaInTest) -> None:
    """At every entry the sums are what adding up by hand gives."""
    async with snapshot(quota.database) as tx:
        assert Counter(await load_daily(tx, LAND)) == by_hand(quota, len(MANY))
        for sequence in range(len(MANY) + 1):
            assert Counter(await load_daily_at(tx, LAND, sequence)) == by_hand(quota, sequence)


async def test_however_much_is_summed_the_days_are_the_same(quota: QuotaInTest) -> None:
    await counted(quota)
    await agree(quota)
    for reached in (2, 4, 6):
        assert await sum_due_days(quota.database, 2) == 1
        assert await summed(quota) == reached
        await agree(quota)
    assert await sum_due_days(quota.database, 2) == 0


async def kept(quota: QuotaInTest) -> set[int]:
    async with snapshot(quota.database) as tx:
        return await list_kept(tx, LAND)


async def test_days_are_kept_as_they_were_when_they_were_summed(quota: QuotaInTest) -> None:
    await counted(quota)
    for reached in (2, 4, 6):
        await sum_due_days(quota.database, 2)
        assert await keep_due_days(quota.database, 2) == 1
        assert await keep_due_days(quota.database, 2) == 0
        assert max(await kept(quota)) == reached
        await agree(quota)
    assert await kept(quota) == {2, 4, 6}


async def test_days_that_were_never_kept_are_kept_one_after_the_other(quota: QuotaInTest) -> None:
    await counted(quota)
    await sum_due_days(quota.database, len(MANY))
    for number in (2, 4, 6):
        assert await keep_due_days(quota.database, 2) == 1
        assert max(await kept(quota)) == number
        await agree(quota)
    assert await keep_due_days(quota.database, 2) == 0


async def test_more_places_are_kept_more_seldom(quota: QuotaInTest) -> None:
    await counted(quota)
    await sum_due_days(quota.database, 3)
    assert await keep_due_days(quota.database, 1) == 1
    [first] = await kept(quota)
    places = await quota.database.fetchval("SELECT places FROM day_snapshots")
    assert (first, places) == (1, 1)
    await sum_due_days(quota.database, 3)
    while await keep_due_days(quota.database, 1):
        pass
    await agree(quota)
    steps = await quota.database.fetch("SELECT sequence, places FROM day_snapshots ORDER BY 1")
    for (low, places), (high, _) in pairwise(steps):
        assert high - low >= places


async def test_days_from_before_a_rebuild_are_not_used(quota: QuotaInTest) -> None:
    await counted(quota)
    await sum_due_days(quota.database, 2)
    await quota.database.execute("INSERT INTO day_snapshots VALUES ('01', 2, 0, 0, '[]')")
    async with snapshot(quota.database) as tx:
        assert await list_kept(tx, LAND) == {2}
    await quota.database.execute("UPDATE positions SET rebuilds = rebuilds + 1")
    async with snapshot(quota.database) as tx:
        assert await list_kept(tx, LAND) == set()
    await agree(quota)
    while await keep_due_days(quota.database, 2):
        pass
    assert await kept(quota) == {2}
    await agree(quota)


async def test_few_entries_are_not_summed(quota: QuotaInTest) -> None:
    await counted(quota)
    assert await sum_due_days(quota.database) == 0
    assert await summed(quota) == 0


async def test_entries_after_a_sum_go_on_from_it(quota: QuotaInTest) -> None:
    await counted(quota)
    await sum_due_days(quota.database, len(MANY))
    await counted(quota)
    async with snapshot(quota.database) as tx:
        assert Counter(await load_daily(tx, LAND)) == by_hand(quota, 2 * len(MANY))


@pytest.mark.parametrize(("step", "is_due"), [(MOST_PLACES, True), (MOST_PLACES + 1, False)])
async def test_more_places_than_can_be_packed_are_kept_no_more(step: int, is_due: bool) -> None:
    assert Last(LAND, summed=5 * MOST_PLACES, sequence=MOST_PLACES, step=step).is_due is is_due
