"""The ledger goes on the topic in order, whatever happens to Kafka."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from embedded.issuer import Issuer
from embedded.kafka import KafkaBroker
from shared.topics import PLACEMENTS as TOPIC
from tests.eventually import eventually
from tests.integration.admissions.service import Admissions, Json, running_admissions
from tests.integration.servers import OwnDatabase

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def reading(kafka: KafkaBroker) -> AsyncIterator[AIOKafkaConsumer]:
    reader = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, enable_auto_commit=False)
    await reader.start()
    try:
        yield reader
    finally:
        await reader.stop()


async def events_on(reader: AIOKafkaConsumer, topic: str) -> list[Json]:
    """Everything on the partition of Land 01, decoded."""
    place = TopicPartition(topic, 0)
    end = (await reader.end_offsets([place]))[place]
    reader.assign([place])
    await reader.seek_to_beginning(place)
    records: list[Any] = []
    while await reader.position(place) < end:
        records += (await reader.getmany(timeout_ms=500)).get(place, [])
    assert all(record.key == b"01" for record in records)
    return [orjson.loads(record.value) for record in records]


async def entries_on(reader: AIOKafkaConsumer, topic: str) -> list[Json]:
    events = await events_on(reader, topic)
    return [event["data"] for event in events if event["type"] != "ledger.head.v1"]


async def test_what_was_recorded_is_announced_as_the_feed_shows_it(
    database: OwnDatabase, issuer: Issuer, kafka: KafkaBroker, topic_prefix: str
) -> None:
    topic = topic_prefix + TOPIC
    async with (
        running_admissions(database, issuer, kafka.bootstrap, topic_prefix) as admissions,
        reading(kafka) as reader,
    ):
        placement = await admissions.flensburg.record()
        await admissions.flensburg.change(placement, "withdrawal", reason="never-arrived")
        ledger = await admissions.ledger()

        async def is_announced() -> bool:
            return await entries_on(reader, topic) == ledger

        await eventually(is_announced, within=20, because="both entries are on the topic")
        first, *_ = await events_on(reader, topic)
    assert first | {"data": None} == {
        "specversion": "1.0",
        "id": "01:1",
        "source": "/admissions",
        "type": "placement.recorded.v1",
        "subject": "01001",
        "time": ledger[0]["recorded_at"],
        "datacontenttype": "application/json",
        "partitionkey": "01",
        "sequence": "1",
        "data": None,
    }
