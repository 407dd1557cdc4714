"""The ledger goes on the topic in order, whatever happens to Kafka."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from embedded.kafka import KafkaBroker
from embedded.ports import pick_port
from shared.topics import PLACEMENTS as TOPIC
from tests.eventually import eventually
from tests.integration.admissions.service import Admissions, Json, running_admissions
from tests.integration.servers import OwnDatabase
from tests.integration.shared.issuers import IssuerInTest
from tests.sizes import sized

pytestmark = pytest.mark.asyncio
log = logging.getLogger(__name__)


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
    database: OwnDatabase, issuer: IssuerInTest, kafka: KafkaBroker, topic_prefix: str
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


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    writer.close()


@asynccontextmanager
async def forwarding(port: int, to: int) -> AsyncIterator[None]:
    """Let a port on loopback lead to another one."""

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_there, to_there = await asyncio.open_connection("127.0.0.1", to)
        await asyncio.gather(copy(reader, to_there), copy(from_there, writer))

    async with await asyncio.start_server(forward, "127.0.0.1", port):
        yield


@pytest.mark.promise(6)
@pytest.mark.timeout(sized(60, 1800))
async def test_placements_are_accepted_without_kafka_and_announced_later(
    database: OwnDatabase, issuer: IssuerInTest, kafka: KafkaBroker, topic_prefix: str
) -> None:
    port = pick_port()
    async with running_admissions(
        database, issuer, f"127.0.0.1:{port}", topic_prefix
    ) as admissions:
        await record_for(admissions, sized(0, 600))
        ready = await admissions.client.get("/admissions/health/ready")
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
        [waits_for] = ready.json()["waits_for"]
        assert "can't be reached" in waits_for
        ledger = await admissions.ledger()
        async with forwarding(port, kafka.port), reading(kafka) as reader:
            began, topic = time.monotonic(), topic_prefix + TOPIC
            place = TopicPartition(topic, 0)

            async def are_there() -> bool:
                return bool((await reader.end_offsets([place]))[place] >= len(ledger))

            await eventually(are_there, within=sized(30, 600), because="Kafka is there")
            a_minute = 60 * len(ledger) / (time.monotonic() - began)
            log.info("%d entries waited, %.0f went out a minute", len(ledger), a_minute)
            assert await entries_on(reader, topic) == ledger
    assert a_minute >= sized(0, 10_000)


async def record_for(admissions: Admissions, seconds: float) -> None:
    """Record for so long, up to fifty a second, three at the least."""
    end, city, count = time.monotonic() + seconds, admissions.flensburg, 0
    never = asyncio.Event()
    while count < 3 or time.monotonic() < end:
        await city.record()
        count += 1
        with suppress(TimeoutError):
            await asyncio.wait_for(never.wait(), 0.02)


async def test_what_the_broker_lost_is_announced_again(
    database: OwnDatabase, issuer: IssuerInTest, kafka: KafkaBroker, topic_prefix: str
) -> None:
    topic = topic_prefix + TOPIC
    async with reading(kafka) as reader:

        async def has(ledger: list[Json]) -> bool:
            return await entries_on(reader, topic) == ledger

        async with running_admissions(
            database, issuer, kafka.bootstrap, topic_prefix
        ) as admissions:
            await admissions.flensburg.record()
            await admissions.flensburg.record()
            ledger = await admissions.ledger()
            await eventually(lambda: has(ledger), within=20, because="both are announced")
        await delete_topic(kafka, topic)
        async with running_admissions(
            database, issuer, kafka.bootstrap, topic_prefix
        ) as admissions:
            await admissions.flensburg.record()
            ledger = await admissions.ledger()
            await eventually(lambda: has(ledger), within=20, because="all are announced again")


async def delete_topic(kafka: KafkaBroker, topic: str) -> None:
    """Delete it and wait until the broker no longer knows it."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()

    async def is_gone() -> bool:
        return topic not in await admin.list_topics()

    try:
        await admin.delete_topics([topic])
        await eventually(is_gone, within=10, because="the topic is deleted")
    finally:
        await admin.close()
