"""Relays of one source, running in the test."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import orjson

from access.kafka import KafkaPlace
from access.reach import EVERYWHERE
from shared.postgres import Bell, Database
from shared.relay import Place, Relay
from shared.topics import PLACEMENTS
from tests.eventually import eventually
from tests.integration.servers import OwnDatabase
from tests.integration.shared.ledgers import Rows, make_tables
from tests.integration.shared.topics import read_topic

CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND datname = $1
"""


@dataclass
class Relaying:
    """Relays of one source on one topic."""

    own: OwnDatabase
    database: Database
    place: Place
    running: AsyncExitStack

    @property
    def topic(self) -> str:
        return self.place.topic_prefix + PLACEMENTS

    async def start(self, source: Rows | None = None, *, is_deaf: bool = False) -> Relay:
        """One more relay, running; a deaf one hears no other process ring."""
        bell = Bell(self.own.url("quota"), self.own.passwords["quota"], "test_relay")
        relay = Relay(source or Rows(), self.topic, self.database, bell, self.place)
        await self.running.enter_async_context(
            running(relay.run(), *(() if is_deaf else (bell.run(),)))
        )
        return relay

    async def published(self) -> dict[str, list[int]]:
        """The numbers of every Land in the order of the topic."""
        numbers = defaultdict(list)
        for record in await read_topic(self.place.kafka.bootstrap, self.topic):
            value = orjson.loads(record.value or b"")
            assert record.key == value["land"].encode()
            assert record.partition == int(value["land"]) - 1
            numbers[value["land"]].append(value["sequence"])
        return numbers

    async def has(self, **counts: int) -> bool:
        """Whether each Land's last published number is this one."""
        published = await self.published()
        return all(published[land[-2:]][-1:] == [count] for land, count in counts.items())

    async def cut_leader(self) -> None:
        tx = await asyncpg.connect(self.own.admin_url)
        try:
            await eventually(
                lambda: tx.fetch(CUT, self.own.name), within=5, because="there is a leader"
            )
        finally:
            await tx.close()


@asynccontextmanager
async def running(*jobs: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    tasks = list(map(asyncio.create_task, jobs))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def relays(own: OwnDatabase, bootstrap: str, prefix: str) -> AsyncIterator[Relaying]:
    await make_tables(own)
    place = Place(own.url("quota"), own.passwords["quota"], KafkaPlace(bootstrap), prefix)
    quick = replace(place, takeover_seconds=0.2, prove_seconds=0.5, send_seconds=3.0)
    async with own.pool("quota", size=14, reach=EVERYWHERE) as database, AsyncExitStack() as stack:
        yield Relaying(own, database, quick, stack)
