"""Whatever else is on the topic of crossings is kept as it came, and stops nobody."""

import random

import pytest

from embedded.kafka import KafkaBroker
from services.notifications.handlers.crossings import Crossings, read_event
from services.notifications.store.positions import load_position
from shared.inbox import Inbox
from shared.topics import CROSSINGS
from tests.eventually import eventually
from tests.integration.notifications.crossings import LAND
from tests.integration.notifications.desk import Desk
from tests.integration.shared.poison import letters, mixed, of_later_versions, poison, put_all
from tests.integration.shared.reading import consuming
from tests.sizes import sized

pytestmark = pytest.mark.asyncio


@pytest.mark.promise(10)
async def test_whatever_is_no_crossing_is_buried_byte_for_byte_among_good_ones(
    desk: Desk, kafka: KafkaBroker, topic_prefix: str
) -> None:
    chance, crossings = random.Random(10), desk.crossings
    for number in range(sized(50, 500)):
        crossings.cross(f"010{number % 50:02}", ("over", "on-quota")[number // 50 % 2])
    good = crossings.records()
    bad = poison(chance, good, sized(100, 1000))
    records = mixed(chance, good, [*bad, *of_later_versions(good[0], 5)])
    topic = topic_prefix + CROSSINGS
    await put_all(kafka.bootstrap, topic, records)
    inbox = Inbox(topic, read_event, Crossings(desk.database, crossings), desk.database)
    expected = [record.letter for record in records if record in bad]

    async def is_done() -> bool:
        async with desk.database.acquire() as tx:
            reached = (await load_position(tx, LAND)).sequence
        return (reached, len(await letters(desk.database))) == (len(good), len(bad))

    async with consuming(inbox, kafka.bootstrap):
        await eventually(is_done, within=30, because="good ones are told, bad ones are kept")
    assert await letters(desk.database) == expected
    assert crossings.asked == 0
