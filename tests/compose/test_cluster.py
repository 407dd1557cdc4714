"""compose.cluster.yaml: any one broker and any one reader may be lost, and nobody notices."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.compose.engine import Composed, composed, engine
from tests.compose.journey import PERSONS, asked, submit, total

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
BROKERS = ("kafka", "kafka-2", "kafka-3")
READERS = ("quota", "notifications")
REPLICAS = """
import asyncio
from aiokafka.admin import AIOKafkaAdminClient
async def replicas():
    admin = AIOKafkaAdminClient(bootstrap_servers="kafka:9092")
    await admin.start()
    topics = await admin.describe_topics(["placements.v1", "crossings.v1"])
    await admin.close()
    return {len(part["replicas"]) for topic in topics for part in topic["partitions"]}
print(*asyncio.run(replicas()))
"""


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Composed, int]]:
    """One broker becomes three as docs/operations/compose.md says it; who was counted then."""
    with engine() as reach, composed(reach, tmp_path_factory.mktemp("try")) as one:
        one.up("--build")
        asked(one, submit)
        one.compose("down", "--timeout", "20")
        one.docker("volume", "rm", f"{one.environment['COMPOSE_PROJECT_NAME']}_kafka")
        both = {**one.environment, "COMPOSE_FILE": "compose.yaml:compose.cluster.yaml"}
        three = replace(one, environment=both)
        try:
            three.up()
            yield three, int(asked(three, total))
        finally:
            three.compose("down", "-v", "--timeout", "20")


@pytest.fixture(scope="module")
def cluster(grown: tuple[Composed, int]) -> Composed:
    return grown[0]


def test_what_was_recorded_with_one_broker_is_there_with_three(
    grown: tuple[Composed, int],
) -> None:
    cluster, carried = grown
    assert carried == PERSONS
    before = int(asked(cluster, total))
    asked(cluster, submit)
    assert int(asked(cluster, total)) == before + PERSONS


def test_every_record_is_on_three_brokers(cluster: Composed) -> None:
    assert cluster.compose("exec", "-T", "admissions", "python", "-c", REPLICAS).strip() == "3"


@pytest.mark.parametrize("broker", BROKERS)
def test_a_lost_broker_stops_nothing(cluster: Composed, broker: str) -> None:
    before = int(asked(cluster, total))
    cluster.compose("kill", broker)
    asked(cluster, submit)
    assert int(asked(cluster, total)) == before + PERSONS
    cluster.up()


@pytest.mark.parametrize("reader", READERS)
def test_a_lost_reader_is_stood_in_for(cluster: Composed, reader: str) -> None:
    before = int(asked(cluster, total))
    cluster.kill_one(reader)
    asked(cluster, submit)
    assert int(asked(cluster, total)) == before + PERSONS
    cluster.up()
