"""Makes the topics in one explicit step, exactly as the contract says."""

import asyncio
from contextlib import suppress

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from access.kafka import KafkaPlace
from shared.kafka import administering
from shared.settings import KafkaSettings

PLACEMENTS = "placements.v1"
CROSSINGS = "crossings.v1"
PARTITIONS = 16
KEPT_FOREVER = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "compression.type": "uncompressed",  # our readers have no codec for what others may write
}


def partition_of(land: str) -> int:
    """The partition of a Land, whatever a client's hash would say."""
    return (int(land) - 1) % PARTITIONS


async def ensure_topics(kafka: KafkaPlace, replication: int = 1, prefix: str = "") -> None:
    """Create what is missing; what exists stays as it is. A KafkaError says what is in the way."""
    async with administering(kafka, request_timeout_ms=20_000) as admin:
        for name in (PLACEMENTS, CROSSINGS):
            await _create(admin, prefix + name, replication)


async def _create(admin: AIOKafkaAdminClient, name: str, replication: int) -> None:
    settings = {**KEPT_FOREVER, "min.insync.replicas": str(max(1, replication - 1))}
    topic = NewTopic(name, PARTITIONS, replication, topic_configs=settings)
    with suppress(TopicAlreadyExistsError):
        answer = await admin.create_topics([topic])
        for _, code, reason in (row[:3] for row in answer.topic_errors):
            if code:
                raise for_code(code)(f"topic {name} could not be made: {reason}")


if __name__ == "__main__":
    given = KafkaSettings.read()
    asyncio.run(ensure_topics(given.kafka, given.replication, given.topic_prefix))
