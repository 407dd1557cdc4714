"""Begins a new period at the turn of a year or half-year, late if the service was down."""

import asyncio
import logging
from datetime import date

from services.quota.domain.definitions import PeriodTurned, QuotaRules
from services.quota.domain.stretches import period_holding
from services.quota.store.definitions import list_calendars
from services.quota.store.positions import lock_position
from services.quota.store.worlds import apply_changes, load_world
from shared.clock import now, today_in_berlin
from shared.codes import Land, QuotaCode
from shared.postgres import UNAVAILABLE, Bell, Database, LandHeld, transaction

LOOK_EVERY_SECONDS = 60.0
log = logging.getLogger(__name__)


async def turn_periods_forever(database: Database, bell: Bell) -> None:
    """Look at the calendar once a minute."""
    while True:
        try:
            if await turn_periods(database, today_in_berlin()):
                bell.ring()
        except UNAVAILABLE as failure:
            log.warning("the calendar is looked at later: %r", failure)
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def turn_periods(database: Database, today: date) -> list[QuotaCode]:
    """Write the turn of every quota whose period is over; the quotas that turned."""
    async with database.acquire(timeout=5) as tx:
        quotas = await list_calendars(tx)
    over = [rules for rules in quotas if new_period(rules, today)]
    return [each.quota for each in over if await _turn_unless_held(database, each, today)]


async def _turn_unless_held(database: Database, over: QuotaRules, today: date) -> bool:
    try:
        return await _turn(database, over.land, over.quota, today)
    except LandHeld as reason:
        log.warning("%s: no new period while its Land is held: %s", over.quota, reason)
        return False


async def _turn(database: Database, land: Land, quota: QuotaCode, today: date) -> bool:
    async with transaction(database) as tx:
        await lock_position(tx, land)
        rules = (await load_world(tx, land)).rules()[quota]
        starts = new_period(rules, today)
        if starts is None:
            return False
        await apply_changes(tx, land, [(quota, PeriodTurned(starts))], now(), "calendar")
    log.info("%s: a new period began on %s", quota, starts)
    return True


def new_period(rules: QuotaRules, today: date) -> date | None:
    """The first day of the period that holds today, None if it is the one that counts."""
    first = period_holding(rules.period.period, today).first
    is_over = first > rules.period.starts and rules.closed_on is None
    return first if is_over else None
