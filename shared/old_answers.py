"""First answers under an Idempotency-Key are forgotten after the promised time."""

import asyncio
import logging

from shared.postgres import UNAVAILABLE, Database, transaction
from shared.store.idempotency import sweep_kept

PAUSE_SECONDS = 24 * 3600.0
AGAIN_SECONDS = 600.0
log = logging.getLogger(__name__)


async def forget_old_answers(database: Database) -> None:
    """Sweep once a day, and sooner again when the database could not serve."""
    while True:
        try:
            async with transaction(database) as tx:
                await sweep_kept(tx)
            await asyncio.sleep(PAUSE_SECONDS)
        except UNAVAILABLE as failure:
            log.warning("old answers are swept later: %r", failure)
            await asyncio.sleep(AGAIN_SECONDS)
