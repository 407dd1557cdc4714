"""First answers under an Idempotency-Key are forgotten after the promised time."""

import asyncio
from contextlib import suppress

from shared.postgres import UNAVAILABLE, Database, transaction
from shared.store.idempotency import sweep_kept

PAUSE_SECONDS = 24 * 3600.0
AGAIN_SECONDS = 600.0


async def forget_old_answers(database: Database) -> None:
    """Sweep once a day, and sooner again when the database could not serve."""
    while True:
        pause_seconds = AGAIN_SECONDS
        with suppress(*UNAVAILABLE):
            async with transaction(database) as tx:
                await sweep_kept(tx)
            pause_seconds = PAUSE_SECONDS
        await asyncio.sleep(pause_seconds)
