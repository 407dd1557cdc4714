"""People by day are the same whether they are summed yet or not."""

from collections import Counter
from datetime import date

import pytest

from services.quota.handlers.days import sum_due_days
from services.quota.store.days import Sums, load_daily, load_daily_at
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
