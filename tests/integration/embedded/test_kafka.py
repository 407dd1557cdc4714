"""Apache Kafka of its own: what it keeps, and what a wipe loses."""

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.consumer import AIOKafkaConsumer

from embedded.kafka import KafkaBroker, new_cluster

pytestmark = pytest.mark.asyncio
TOPIC = TopicPartition("kept", 0)


async def cluster_of(broker: KafkaBroker) -> str:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()


async def produce(broker: KafkaBroker, value: bytes) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC.topic, 1, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all") as producer:
        await producer.send_and_wait(TOPIC.topic, value)


async def first_value(broker: KafkaBroker) -> bytes | None:
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TOPIC])
        value: bytes | None = (await consumer.getone()).value
        return value
    finally:
        await consumer.stop()


async def test_a_record_survives_a_kill(own_kafka: KafkaBroker) -> None:
    before = await cluster_of(own_kafka)
    await produce(own_kafka, b"kept")
    own_kafka.kill()
    assert not own_kafka.accepts()
    own_kafka.start()
    assert await cluster_of(own_kafka) == before
    assert await first_value(own_kafka) == b"kept"


async def test_a_wipe_makes_another_cluster(own_kafka: KafkaBroker) -> None:
    before = await cluster_of(own_kafka)
    own_kafka.wipe()
    own_kafka.start()
    assert await cluster_of(own_kafka) != before


async def test_a_producers_word_makes_no_topic(kafka: KafkaBroker) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        await admin.describe_topics(["never-made"])
        assert "never-made" not in await admin.list_topics()
    finally:
        await admin.close()


async def test_no_clusters_id_looks_like_an_option() -> None:
    ids = {new_cluster() for _ in range(200)}
    assert len(ids) == 200
    assert {len(one) for one in ids} == {22}
    assert not any(one.startswith("-") for one in ids)
