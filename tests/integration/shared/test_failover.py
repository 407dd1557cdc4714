"""A relay whose process is killed is followed by the one that waits."""

import logging
import time
from contextlib import AsyncExitStack

import orjson
import pytest

from access.kafka import KafkaPlace
from access.reach import EVERYWHERE
from embedded.kafka import KafkaBroker
from shared.relay import Place
from shared.topics import PLACEMENTS
from tests.eventually import eventually
from tests.integration.servers import OwnDatabase
from tests.integration.shared.ledgers import add, make_tables
from tests.integration.shared.relay_process import LEADS, WAITS, relay_process, word_of
from tests.integration.shared.topics import read_topic
from tests.sizes import sized

pytestmark = pytest.mark.asyncio
PUBLISHED_SECONDS = 5
log = logging.getLogger(__name__)


async def published(place: Place) -> list[int]:
    """The numbers on the topic, in its order."""
    records = await read_topic(place.kafka.bootstrap, place.topic_prefix + PLACEMENTS)
    return [orjson.loads(record.value or b"")["sequence"] for record in records]


@pytest.mark.promise(7)
@pytest.mark.timeout(sized(60, 600))
async def test_when_the_leaders_process_is_killed_the_next_one_publishes_in_time(
    database: OwnDatabase, kafka: KafkaBroker, topic_prefix: str
) -> None:
    await make_tables(database)
    place = Place(
        database.url("quota"),
        database.passwords["quota"],
        KafkaPlace(kafka.bootstrap),
        topic_prefix,
    )
    kills = sized(1, 20)
    async with database.pool("quota", reach=EVERYWHERE) as pool, AsyncExitStack() as stack:
        leader = await stack.enter_async_context(relay_process(place))
        assert await word_of(leader) == LEADS
        for number in range(1, kills + 1):
            follower = await stack.enter_async_context(relay_process(place))
            assert await word_of(follower) == WAITS
            await add(pool, "01", 5)
            leader.kill()
            killed_at = time.monotonic()
            await add(pool, "01", 5)

            async def is_published(last: int = 10 * number) -> bool:
                return (await published(place))[-1:] == [last]

            await eventually(is_published, within=PUBLISHED_SECONDS, because="the next one leads")
            log.info("published again after %.1f s", time.monotonic() - killed_at)
            leader = follower
    numbers = await published(place)
    assert sorted(set(numbers)) == list(range(1, 10 * kills + 1))
    first_seen = list(dict.fromkeys(numbers))
    assert first_seen == sorted(first_seen)
