"""Kafka's clients with every default that hurts switched off."""

import asyncio
import logging
from typing import Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from shared.records import read_any_header

START_SECONDS = 10.0
CLOSE_SECONDS = 5.0
BATCH_BYTES = 512 * 1024
"""Half of what a broker takes at once by default."""
log = logging.getLogger(__name__)


def make_broker(bootstrap: str) -> KafkaBroker:
    """FastStream's broker, which neither makes topics nor converts what it reads."""
    read_any_header()
    return KafkaBroker(
        bootstrap.split(","),
        allow_auto_create_topics=False,
        apply_types=False,
        graceful_timeout=10.0,
        request_timeout_ms=20_000,
        metadata_max_age_ms=5_000,  # how long a topic that was made again stays unseen
        logger=None,
    )


async def start_broker(broker: KafkaBroker) -> None:
    """Start consuming; waits for Kafka as long as it takes."""
    for subscriber in broker.subscribers:
        if subscriber.ack_policy is not AckPolicy.MANUAL:
            raise RuntimeError(f"{subscriber} would acknowledge by itself and lose records")
    bootstrap, wait_seconds = ",".join(broker.specification.url), 0.5
    while True:
        try:
            # A broker that can't start leaves its producer open: see first whether Kafka is there.
            await load_cluster_id(bootstrap)
            return await broker.start()
        except (KafkaError, OSError) as failure:
            log.warning("waiting for Kafka: %s", failure)
            await close_quietly(broker)
            await asyncio.sleep(wait_seconds)
            wait_seconds = min(wait_seconds * 2, 5.0)


async def start_producer(bootstrap: str) -> AIOKafkaProducer:
    """A producer that waits for all replicas and keeps the order of a partition.

    Not idempotent: an idempotent one hangs without limit while Kafka is down, and our readers
    drop repeats by number.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap.split(","),
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


async def load_cluster_id(bootstrap: str) -> str:
    """The name of the cluster: another one means that the broker's data is new."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap.split(","), request_timeout_ms=10_000)
    try:
        await admin.start()
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()
