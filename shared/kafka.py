"""Kafka's clients with every default that hurts switched off."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from access.kafka import KafkaPlace
from shared.records import read_as_records

START_SECONDS = 10.0
CLOSE_SECONDS = 5.0
BATCH_BYTES = 512 * 1024
"""Half of what a broker takes at once by default."""
log = logging.getLogger(__name__)


class PlacedBroker(KafkaBroker):
    """FastStream's broker, which knows its place."""

    place: KafkaPlace


def make_broker(place: KafkaPlace) -> PlacedBroker:
    """A broker that neither makes topics nor converts what it reads."""
    read_as_records()
    broker = PlacedBroker(
        place.bootstrap.split(","),
        security=place.security,
        allow_auto_create_topics=False,
        apply_types=False,
        graceful_timeout=10.0,
        request_timeout_ms=20_000,
        metadata_max_age_ms=5_000,  # how long a topic that was made again stays unseen
        logger=None,
    )
    broker.place = place
    return broker


async def start_broker(broker: PlacedBroker) -> None:
    """Start consuming; waits for Kafka as long as it takes."""
    for subscriber in broker.subscribers:
        if subscriber.ack_policy is not AckPolicy.MANUAL:
            raise RuntimeError(f"{subscriber} would acknowledge by itself and lose records")
    wait_seconds = 0.5
    while True:
        try:
            # A broker that can't start leaves its producer open: see first whether Kafka is there.
            await load_cluster_id(broker.place)
            return await broker.start()
        except (KafkaError, OSError) as failure:
            log.warning("waiting for Kafka: %s", failure)
            await close_quietly(broker)
            await asyncio.sleep(wait_seconds)
            wait_seconds = min(wait_seconds * 2, 5.0)


async def start_producer(place: KafkaPlace) -> AIOKafkaProducer:
    """A producer that waits for all replicas and keeps the order of a partition.

    Not idempotent: an idempotent one hangs without limit while Kafka is down, and our readers
    drop repeats by number.
    """
    producer = AIOKafkaProducer(
        **place.access(),
        acks="all",
        linger_ms=0,
        request_timeout_ms=10_000,
        max_batch_size=BATCH_BYTES,
    )
    try:
        async with asyncio.timeout(START_SECONDS):
            await producer.start()
    except BaseException:
        await close_quietly(producer)
        raise
    return producer


class Stoppable(Protocol):
    """A client that can be told to stop."""

    async def stop(self) -> None:
        """Finish and close the connections."""


async def close_quietly(client: Stoppable) -> None:
    """Stop a client within a few seconds, though it may hang and even ignore being cancelled."""
    stopping = asyncio.ensure_future(client.stop())
    await asyncio.wait([stopping], timeout=CLOSE_SECONDS)
    if not stopping.done():
        stopping.cancel()
    elif not stopping.cancelled():
        stopping.exception()  # seen, so that nobody is warned of it


@asynccontextmanager
async def reading(place: KafkaPlace, within_seconds: float) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer without a group on a connection of its own; whoever is not done in time ends.

    Without a limit a broker that is gone would be waited for for 40 s.
    """
    reader = AIOKafkaConsumer(**place.access(), request_timeout_ms=10_000, retry_backoff_ms=10)
    try:
        async with asyncio.timeout(within_seconds):
            await reader.start()
            yield reader
    finally:
        await close_quietly(reader)


async def load_cluster_id(place: KafkaPlace) -> str:
    """The name of the cluster: another one means that the broker's data is new."""
    async with administering(place) as admin:
        return str((await admin.describe_cluster())["cluster_id"])


@asynccontextmanager
async def administering(
    place: KafkaPlace, request_timeout_ms: int = 10_000
) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client, closed at the end; a KafkaError says in a sentence what keeps us out."""
    await place.reach()
    admin = AIOKafkaAdminClient(**place.access(), request_timeout_ms=request_timeout_ms)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()
