"""Inboxes on a real topic, and what they make of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from access.kafka import KafkaPlace
from access.reach import EVERYWHERE
from embedded.kafka import KafkaBroker
from shared.inbox import Inbox
from shared.kafka import close_quietly, make_broker, start_broker
from shared.line import Event
from shared.postgres import Database
from shared.records import Record
from shared.topics import PLACEMENTS
from tests.eventually import eventually
from tests.integration.servers import OwnDatabase
from tests.integration.shared.readers import Ledgers, ReaderInMemory, read
from tests.integration.shared.topics import put

LETTERS = """
    SELECT partition, reason, key, value, headers FROM dead_letters ORDER BY partition, log_offset
"""
OFFSETS = "SELECT partition, next_offset FROM offsets WHERE topic = $1"


@dataclass
class Reading:
    """Inboxes on one topic, which remember their places in one database."""

    bootstrap: str
    topic: str
    database: Database
    running: AsyncExitStack
    ledgers: Ledgers = field(default_factory=Ledgers)
    decoded: list[tuple[int, int]] = field(default_factory=list)
    reader: ReaderInMemory = field(init=False)

    def __post_init__(self) -> None:
        self.reader = ReaderInMemory(self.ledgers, self.database)

    def decode(self, record: Record) -> Event[str]:
        self.decoded.append((record.partition, record.offset))
        return read(record)

    async def start(self) -> Inbox[str]:
        """One more inbox, consuming."""
        inbox = Inbox(self.topic, self.decode, self.reader, self.database)
        await self.running.enter_async_context(consuming(inbox, self.bootstrap))
        return inbox

    async def stop(self) -> None:
        await self.running.aclose()

    async def put(self, land: str, values: list[bytes]) -> None:
        await put(self.bootstrap, self.topic, land, values)

    async def reached(self, within: float = 20, **numbers: int) -> None:
        """Wait until each Land has applied exactly the numbers from 1 to this one."""
        await eventually(
            lambda: all(
                self.reader.numbers(land[-2:]) == list(range(1, number + 1))
                for land, number in numbers.items()
            ),
            within=within,
            because="all is applied",
        )

    async def letters(self) -> list[dict[str, object]]:
        return [dict(row) for row in await self.database.fetch(LETTERS)]

    async def offsets(self) -> dict[int, int]:
        rows = await self.database.fetch(OFFSETS, self.topic)
        return {row["partition"]: row["next_offset"] for row in rows if row["next_offset"]}


@asynccontextmanager
async def consuming(inbox: Inbox[Any], bootstrap: str) -> AsyncIterator[None]:
    broker = make_broker(KafkaPlace(bootstrap))
    inbox.subscribe(broker, f"{inbox.topic}readers", 100)
    tasks = [
        asyncio.create_task(start_broker(broker)),
        asyncio.create_task(inbox.settle_forever(pause_seconds=0.1)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await close_quietly(broker)
        await inbox.end()


@asynccontextmanager
async def reading_with(
    database: OwnDatabase, kafka: KafkaBroker, prefix: str
) -> AsyncIterator[Reading]:
    async with database.pool("quota", size=6, reach=EVERYWHERE) as pool, AsyncExitStack() as stack:
        yield Reading(kafka.bootstrap, prefix + PLACEMENTS, pool, stack)
