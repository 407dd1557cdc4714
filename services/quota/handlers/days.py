"""Sums people by day behind the counting, so that whoever asks for them has little to add.

After some entries the sums are kept as they then are, for whoever asks about the past.
"""

import asyncio
import logging
import time

from services.quota.store.day_snapshots import Last, insert_days, keep_summed, list_last
from services.quota.store.days import SUM_AFTER, list_due, load_daily_at, sum_days
from services.quota.store.positions import load_position
from shared.postgres import UNAVAILABLE, Database, snapshot, transaction

LOOK_EVERY_SECONDS = 10.0
PAUSE_ROUNDS = 3
"""A round takes so many of its own lengths off: what is counted meanwhile goes first."""
KEEP_AFTER = 25_000
"""A moment of the past is half as many entries away from days that are kept: some 30 ms."""
log = logging.getLogger(__name__)


async def sum_days_forever(database: Database) -> None:
    """Look now and then."""
    while True:
        try:
            began_at = time.monotonic()
            while await sum_due_days(database) + await keep_due_days(database):
                await asyncio.sleep(PAUSE_ROUNDS * (time.monotonic() - began_at))
                began_at = time.monotonic()
        except UNAVAILABLE as failure:
            log.warning("days are summed later: %r", failure)
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def sum_due_days(database: Database, after: int = SUM_AFTER) -> int:
    """Sum the next entries of every Land of which so many are not summed; how many Länder were."""
    async with database.acquire(timeout=5) as tx:
        due = await list_due(tx, after)
    for land in due:
        async with transaction(database) as tx:
            await sum_days(tx, land, after)
    return len(due)


async def keep_due_days(database: Database, after: int = KEEP_AFTER) -> int:
    """Keep the days of every Land of which so many were summed since; how many Länder were."""
    async with database.acquire(timeout=5) as tx:
        due = [last for last in await list_last(tx, after) if last.is_due]
    for last in due:
        if last.summed < last.next + last.step:
            async with transaction(database) as tx:
                await keep_summed(tx, last.land)
        else:
            await _keep_past(database, last)
    return len(due)


async def _keep_past(database: Database, last: Last) -> None:
    """Keep the days after an entry of long ago: a rebuild or an older version left none."""
    async with snapshot(database) as tx:
        rebuilds = (await load_position(tx, last.land)).rebuilds
        daily = await load_daily_at(tx, last.land, last.next)
    async with transaction(database) as tx:
        await insert_days(tx, last.land, last.next, rebuilds, daily)
