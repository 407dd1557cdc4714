"""What became of alerts is forgotten after the promised time; the alerts stay."""

import asyncio
import logging

from services.notifications.store.changes import KEPT, forget_changes
from shared.clock import now
from shared.postgres import UNAVAILABLE, Database, transaction

PAUSE_SECONDS = 24 * 3600.0
AGAIN_SECONDS = 600.0
log = logging.getLogger(__name__)


async def forget_old_changes(database: Database) -> None:
    """Once a day, and sooner again when the database could not serve."""
    while True:
        try:
            async with transaction(database) as tx:
                await forget_changes(tx, now() - KEPT)
            await asyncio.sleep(PAUSE_SECONDS)
        except UNAVAILABLE as failure:
            log.warning("old changes are forgotten later: %r", failure)
            await asyncio.sleep(AGAIN_SECONDS)
