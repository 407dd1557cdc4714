"""Ledger events sent when they are due, in an open loop, and when their crossings came."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from shared.kafka import close_quietly
from shared.topics import partition_of

QUIET_SECONDS = 3.0
Named = tuple[str, int]
"""A Land and the number of an entry of its ledger."""


@dataclass(frozen=True, slots=True)
class Due:
    """An event: seconds after the begin when it is due, its name, and the record."""

    seconds: float
    name: Named
    value: bytes


@dataclass(frozen=True, slots=True)
class Stream:
    """What is sent where, and where crossings come out; it begins at a `time.monotonic`."""

    bootstrap: str
    placements: str
    crossings: str
    events: Sequence[Due]
    begins_at: float


def send_events(stream: Stream) -> float:
    """Send all, each when it is due; the most seconds that one was late. A process of its own."""
    return uvloop.run(_send(stream))


async def _send(stream: Stream) -> float:
    producer = AIOKafkaProducer(bootstrap_servers=stream.bootstrap, acks="all", linger_ms=0)
    await producer.start()
    late, sent = 0.0, []
    try:
        for event in stream.events:
            due_at = stream.begins_at + event.seconds
            if (early := due_at - time.monotonic()) > 0:
                await asyncio.sleep(early)
            late = max(late, time.monotonic() - due_at)
            land = event.name[0]
            place = partition_of(land)
            sent.append(await producer.send(stream.placements, event.value, land.encode(), place))
        await asyncio.gather(*sent)
    finally:
        await producer.stop()
    return late


def first_crossings(stream: Stream) -> Mapping[Named, float]:
    """When the first crossing of each entry was on the topic; a process of its own.

    Ends when nothing came for some seconds after the last event was due.
    """
    return uvloop.run(_watch(stream))


async def _watch(stream: Stream) -> Mapping[Named, float]:
    consumer = AIOKafkaConsumer(
        stream.crossings, bootstrap_servers=stream.bootstrap, auto_offset_reset="latest"
    )
    await consumer.start()
    seen: dict[Named, float] = {}
    news_at = stream.begins_at + stream.events[-1].seconds
    try:
        while time.monotonic() < news_at + QUIET_SECONDS:
            batches = await consumer.getmany(timeout_ms=200)
            at = time.monotonic()
            for records in batches.values():
                news_at = max(news_at, at)
                for record in records:
                    data = orjson.loads(record.value)["data"]
                    seen.setdefault((data["land"], data["ledger_sequence"]), at)
    finally:
        await close_quietly(consumer)
    return seen
