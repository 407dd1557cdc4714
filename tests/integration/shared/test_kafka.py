"""Kafka's clients are told of several servers, and need one of them."""

import pytest

from access.kafka import KafkaPlace
from embedded.kafka import KafkaBroker
from embedded.ports import pick_port
from shared.kafka import close_quietly, load_cluster_id, make_broker, start_producer

pytestmark = pytest.mark.asyncio


async def test_one_server_of_several_is_enough(kafka: KafkaBroker) -> None:
    servers = f"127.0.0.1:{pick_port()},{kafka.bootstrap}"
    assert await load_cluster_id(KafkaPlace(servers)) == await load_cluster_id(
        KafkaPlace(kafka.bootstrap)
    )
    await close_quietly(await start_producer(KafkaPlace(servers)))
    broker = make_broker(KafkaPlace(servers))
    await broker.start()
    assert await broker.ping(timeout=5)
    await broker.stop()
