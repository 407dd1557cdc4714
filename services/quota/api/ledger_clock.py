"""Before saying what was known at an instant: nothing can be recorded at it any more."""

import asyncio
from datetime import datetime, timedelta

from services.quota.store.positions import load_position
from shared.clock import now
from shared.codes import Land
from shared.contracts.ledger import LedgerHead, read_head_answer
from shared.feeds import Feed
from shared.line import FeedUnavailable
from shared.postgres import Database, snapshot

PATIENCE_SECONDS = 2.0
LOOK_EVERY_SECONDS = 0.02
CLOCKS_DIFFER_BY = timedelta(seconds=1)


class LedgerClock:
    """Asks for a head that is given under the Land's lock, and waits for its entries."""

    def __init__(self, database: Database, feed: Feed) -> None:
        self._database, self._feed = database, feed

    async def is_past(self, land: Land, instant: datetime) -> bool:
        """Whether everything recorded up to an instant is applied; waits two seconds at most."""
        if instant > now() + CLOCKS_DIFFER_BY:
            return False
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._wait_until_past(land, instant)
        except (TimeoutError, FeedUnavailable):
            return False
        return True

    async def _wait_until_past(self, land: Land, instant: datetime) -> None:
        head = await self._head(land)
        while head.at <= instant:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            head = await self._head(land)
        while await self._applied(land) < head.sequence:  # noqa: ASYNC110  # moved by others too
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _head(self, land: Land) -> LedgerHead:
        return read_head_answer(await self._feed.get(f"/admissions/v1/ledger/{land}/head"))

    async def _applied(self, land: Land) -> int:
        async with snapshot(self._database, frozenset({land})) as tx:
            return (await load_position(tx, land)).sequence
