"""Reads and writes topics as a stranger would: every record, its bytes, its headers."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import ConsumerRecord

from shared.topics import PARTITIONS, partition_of

Record: TypeAlias = "ConsumerRecord[bytes | None, bytes | None]"


async def read_topic(bootstrap: str, topic: str) -> list[Record]:
    """Every record that is on the topic now, partition by partition."""
    places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    try:
        await consumer.start()
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        records: list[Record] = []
        for place in places:
            while await consumer.position(place) < ends[place]:
                records += (await consumer.getmany(place, timeout_ms=1000)).get(place, [])
        return sorted(records, key=lambda record: (record.partition, record.offset))
    finally:
        await consumer.stop()


@asynccontextmanager
async def producing(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    """A producer of anything."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_request_size=2_000_000)
    try:
        await producer.start()
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def administering(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """An administrator of the broker."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


async def put(bootstrap: str, topic: str, land: str, values: Sequence[bytes | None]) -> None:
    """Put records with these values where those of a Land are, in order."""
    async with producing(bootstrap) as producer:
        for value in values:
            await producer.send_and_wait(topic, value, land.encode(), partition_of(land))
