"""Sums people by day behind the counting, so that whoever asks for them has little to add."""

import asyncio
import logging

from services.quota.store.days import SUM_AFTER, list_due, sum_days
from shared.postgres import UNAVAILABLE, Database, transaction

LOOK_EVERY_SECONDS = 10.0
log = logging.getLogger(__name__)


async def sum_days_forever(database: Database) -> None:
    """Look now and then."""
    while True:
        try:
            while await sum_due_days(database):
                pass
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
