"""The topic that every reader reads, and the crossings that each of them writes."""

import asyncio
from collections.abc import Iterable, Mapping

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from benchmarks.ledgers import Entry
from shared.kafka import close_quietly
from shared.topics import KEPT_FOREVER, PARTITIONS, partition_of

BATCH_BYTES = 500_000
AT_ONCE = 2_000


async def make_topic(bootstrap: str, name: str) -> None:
    """A topic as `shared.topics` makes its own."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, PARTITIONS, 1, topic_configs=KEPT_FOREVER)])
    finally:
        await admin.close()


async def publish(bootstrap: str, topic: str, events: Iterable[tuple[str, bytes]]) -> None:
    """Send (Land, event) in order; what a Land's relay sends is in one partition."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", linger_ms=20, max_batch_size=BATCH_BYTES
    )
    await producer.start()
    try:
        sending: list[asyncio.Future[object]] = []
        for land, value in events:
            place = partition_of(land)
            sending.append(await producer.send(topic, value, land.encode(), place))
            if len(sending) >= AT_ONCE:
                await asyncio.gather(*sending)
                sending.clear()
        await asyncio.gather(*sending)
    finally:
        await producer.stop()


async def ends_of(bootstrap: str, topic: str) -> dict[int, int]:
    """Where each partition ends."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        ends: Mapping[TopicPartition, int] = await consumer.end_offsets(places)
        return {place.partition: end for place, end in ends.items()}
    finally:
        await close_quietly(consumer)


async def read_after(bootstrap: str, topic: str, begin: Mapping[int, int]) -> list[Entry]:
    """Every committed record after those offsets, decoded, partition by partition."""
    ends = await ends_of(bootstrap, topic)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, isolation_level="read_committed", enable_auto_commit=False
    )
    await consumer.start()
    found: list[Entry] = []
    try:
        for partition, end in ends.items():
            place = TopicPartition(topic, partition)
            consumer.assign([place])
            consumer.seek(place, begin.get(partition, 0))
            while await consumer.position(place) < end:
                batches = await consumer.getmany(timeout_ms=200)
                found += [orjson.loads(one.value) for one in batches.get(place, [])]
    finally:
        await close_quietly(consumer)
    return found
