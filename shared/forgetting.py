"""What is kept for a promised time is forgotten after it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from shared.postgres import UNAVAILABLE, Connection, Database, transaction

PAUSE_SECONDS, AGAIN_SECONDS = 24 * 3600.0, 600.0
Forget = Callable[[Connection], Awaitable[None]]
log = logging.getLogger(__name__)


async def forget_daily(database: Database, what: str, forget: Forget) -> None:
    """Once a day, and sooner again when the database could not serve."""
    while True:
        try:
            async with transaction(database) as tx:
                await forget(tx)
            await asyncio.sleep(PAUSE_SECONDS)
        except UNAVAILABLE as failure:
            log.warning("old %s are forgotten later: %r", what, failure)
            await asyncio.sleep(AGAIN_SECONDS)
