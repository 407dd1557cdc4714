"""Who reads the stream of alerts now: seats are counted, and news wakes everyone at once."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from services.notifications.store.changes import load_last
from shared.http.problems import Problem
from shared.postgres import ACQUIRE_SECONDS, UNAVAILABLE, Bell, Database

POLL_SECONDS = 0.5
GATHER_SECONDS = 0.05
"""Between two looks: what changes meanwhile wakes everyone once."""
log = logging.getLogger(__name__)


@dataclass
class Audience:
    """The readers of one process; each asks PostgreSQL itself, at its own pace."""

    bell: Bell
    seats: int
    seats_per_client: int
    last: int = 0
    """The last change that is known here; all numbers up to it can be read."""
    taken: Counter[str] = field(default_factory=Counter)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @contextmanager
    def seat(self, client: str) -> Iterator[None]:
        """A seat for a client while the block runs, or the problem `too-many`."""
        if self.taken.total() >= self.seats or self.taken[client] >= self.seats_per_client:
            raise Problem("too-many")
        self.taken[client] += 1
        try:
            yield
        finally:
            self.taken -= Counter([client])

    async def hear(self, after: int, at_most_seconds: float) -> None:
        """Return when there are changes after a number, or when the time is over."""
        try:
            async with asyncio.timeout(at_most_seconds):
                while self.last <= after:
                    await self.news.wait()
        except TimeoutError:
            return

    async def run(self, database: Database) -> None:
        """Look for news whenever the bell rings, and now and then."""
        while True:
            try:
                async with database.acquire(timeout=ACQUIRE_SECONDS) as tx:
                    self.tell(await load_last(tx))
            except UNAVAILABLE as failure:
                log.warning("the stream of alerts pauses: %r", failure)
            await asyncio.sleep(GATHER_SECONDS)
            await self.bell.wait(POLL_SECONDS)

    def tell(self, last: int) -> None:
        """Wake everyone if there is more than was known."""
        if last > self.last:
            self.last = last
            self.news.set()
            self.news.clear()
