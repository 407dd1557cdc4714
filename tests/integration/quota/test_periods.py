"""The calendar: a period that is over makes room for the next one, once."""

import asyncio
from datetime import date

import pytest

from services.quota.domain.definitions import Change, Closed, Period, PeriodRule, QuotaOpened
from services.quota.handlers.periods import turn_periods
from services.quota.store.definitions import list_calendars
from services.quota.store.positions import hold, lock_position
from services.quota.store.worlds import apply_changes, load_world
from shared.clock import now
from shared.codes import Land, QuotaCode
from shared.postgres import transaction
from tests.integration.quota.conftest import QuotaInTest
from tests.integration.quota.ledgers import LAND

pytestmark = pytest.mark.asyncio
REGULAR = QuotaCode("sh-regular")
BY_YEAR = PeriodRule(Period.YEAR, carry_over=False, starts=date(2022, 1, 1), source="an act")
SILVESTER, NEW_YEAR = date(2022, 12, 31), date(2023, 1, 1)


async def change(quota: QuotaInTest, *changes: Change) -> None:
    async with transaction(quota.database) as tx:
        changed = [(REGULAR, each) for each in changes]
        await apply_changes(tx, LAND, changed, now(), "test")


async def test_a_year_that_is_over_turns_once_and_to_the_year_that_holds_today(
    quota: QuotaInTest,
) -> None:
    await change(quota, BY_YEAR)
    assert await turn_periods(quota.database, SILVESTER) == []
    assert await turn_periods(quota.database, date(2024, 3, 1)) == [REGULAR]
    assert await turn_periods(quota.database, date(2024, 3, 1)) == []
    async with quota.database.acquire() as tx:
        assert (await load_world(tx, LAND)).rules()[REGULAR].period.starts == date(2024, 1, 1)


async def test_a_continuous_or_closed_quota_never_turns(quota: QuotaInTest) -> None:
    assert await turn_periods(quota.database, date(2024, 3, 1)) == []
    await change(quota, BY_YEAR, Closed(date(2022, 6, 30), "an act"))
    assert await turn_periods(quota.database, NEW_YEAR) == []


async def test_two_that_look_at_once_turn_it_once(quota: QuotaInTest) -> None:
    await change(quota, BY_YEAR)
    turned = await asyncio.gather(*[turn_periods(quota.database, NEW_YEAR) for _ in range(4)])
    assert sorted(turned) == [[], [], [], [REGULAR]]


async def test_where_nothing_is_over_no_land_is_locked(quota: QuotaInTest) -> None:
    async with transaction(quota.database) as tx, asyncio.timeout(10):
        await lock_position(tx, LAND)
        assert await turn_periods(quota.database, NEW_YEAR) == []


async def test_a_held_land_keeps_no_other_from_turning(quota: QuotaInTest) -> None:
    other, last = Land("16"), QuotaCode("zz-last")
    await change(quota, BY_YEAR)
    async with transaction(quota.database) as tx:
        opened = [(last, each) for each in (QuotaOpened("last by name", "an act"), BY_YEAR)]
        await apply_changes(tx, other, opened, now(), "test")
        await hold(tx, LAND, "its entries differ")
    assert await turn_periods(quota.database, NEW_YEAR) == [last]


async def test_the_calendars_say_what_the_whole_quotas_say(quota: QuotaInTest) -> None:
    await change(quota, BY_YEAR, Closed(date(2030, 6, 30), "an act"))
    async with quota.database.acquire() as tx:
        whole = (await load_world(tx, LAND)).rules()
        brief = {each.quota: each for each in await list_calendars(tx) if each.land == LAND}
    assert {code: (each.period, each.closed_on) for code, each in brief.items()} == {
        code: (each.period, each.closed_on) for code, each in whole.items()
    }
