"""What tests stand on: databases and topics of their own, with the rights of production."""

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from embedded.kafka import KafkaBroker
from shared.topics import CROSSINGS, PARTITIONS, PLACEMENTS
from tests.eventually import eventually
from tests.integration.servers import SERVICES, OwnDatabase, Template

pytestmark = pytest.mark.asyncio

TABLES = "SELECT table_schema FROM information_schema.tables WHERE table_name = 'audit_log'"


async def test_each_service_has_its_tables_in_its_own_schema(database: OwnDatabase) -> None:
    for service in SERVICES:
        async with database.pool(service) as pool:
            assert await pool.fetchval("SELECT current_schema()") == service
            assert [row["table_schema"] for row in await pool.fetch(TABLES)] == [service]


async def test_no_service_reads_anothers_tables(database: OwnDatabase) -> None:
    async with database.pool("quota") as pool:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.fetch("SELECT * FROM admissions.offsets")


async def test_what_one_test_writes_no_other_sees(template: Template) -> None:
    async with template.clone() as first, template.clone() as second:
        async with first.pool("quota") as pool:
            await pool.execute("INSERT INTO offsets VALUES ('placements.v1', 0, 7)")
        async with second.pool("quota") as pool:
            assert await pool.fetchval("SELECT count(*) FROM offsets") == 0


async def test_topics_are_made_as_the_contract_says(kafka: KafkaBroker, topic_prefix: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()

    async def partitions() -> dict[str, int]:
        topics = await admin.describe_topics([topic_prefix + PLACEMENTS, topic_prefix + CROSSINGS])
        return {topic["topic"]: len(topic["partitions"]) for topic in topics}

    async def are_there() -> bool:
        return set((await partitions()).values()) == {PARTITIONS}

    try:
        await eventually(are_there, within=10, because="the broker tells of its new topics")
        assert set(await partitions()) == {topic_prefix + PLACEMENTS, topic_prefix + CROSSINGS}
    finally:
        await admin.close()
