"""What is numbered is published: every row, in order, by one relay, whatever breaks."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import replace

import orjson
import pytest
import pytest_asyncio
from aiokafka.errors import KafkaError

from access.reach import EVERYWHERE
from embedded.kafka import KafkaBroker, running_kafka
from shared.codes import LANDS, Land
from shared.postgres import transaction
from shared.store.relays import Published, load_published, set_published
from shared.topics import ensure_topics, partition_of
from tests.eventually import eventually
from tests.integration.servers import OwnDatabase
from tests.integration.shared.freezing import frozen
from tests.integration.shared.ledgers import Rows, add
from tests.integration.shared.relaying import Relaying, relays
from tests.integration.shared.topics import administering, producing, put, read_topic
from tests.sizes import sized

pytestmark = pytest.mark.asyncio


@pytest.fixture(scope="module")
def breakable_kafka() -> Iterator[KafkaBroker]:
    """A broker that the tests of this file stop, freeze and wipe, one after the other."""
    with running_kafka() as broker:
        yield broker


@pytest_asyncio.fixture
async def relaying(
    database: OwnDatabase, kafka: KafkaBroker, topic_prefix: str
) -> AsyncIterator[Relaying]:
    async with relays(database, kafka.bootstrap, topic_prefix) as relaying:
        yield relaying


@pytest_asyncio.fixture
async def breakable(database: OwnDatabase, breakable_kafka: KafkaBroker) -> AsyncIterator[Relaying]:
    async with relays(
        database, breakable_kafka.bootstrap, f"{database.name.replace('_', '-')}."
    ) as relaying:
        yield relaying


def without_repeats(numbers: list[int]) -> list[int]:
    """As readers see them, who drop what is not above the last one."""
    seen: list[int] = []
    for number in numbers:
        if not seen or number > seen[-1]:
            seen.append(number)
    return seen


@pytest.mark.promise(4)
@pytest.mark.timeout(sized(60, 900))
async def test_a_lands_order_is_kept_by_twelve_writers_and_three_relays(
    relaying: Relaying,
) -> None:
    relays = [await relaying.start() for _ in range(3)]
    each = sized(25, 4167)
    await asyncio.gather(
        *(add(relaying.database, f"{1 + number % 3:02}", each, number) for number in range(12))
    )
    last = 4 * each
    await eventually(
        lambda: relaying.has(land_01=last, land_02=last, land_03=last),
        within=sized(15, 600),
        because="all go out",
    )
    whole = list(range(1, last + 1))
    assert await relaying.published() == {"01": whole, "02": whole, "03": whole}
    assert [relay.trouble for relay in relays if relay.leads] == [None]


@pytest.mark.promise(7)
@pytest.mark.timeout(sized(60, 600))
async def test_one_relay_leads_and_the_next_takes_over(relaying: Relaying) -> None:
    first, second = await relaying.start(), await relaying.start()
    await add(relaying.database, "01", 5)
    await eventually(lambda: relaying.has(land_01=5), within=10, because="the leader publishes")
    assert first.leads != second.leads
    cuts = sized(2, 20)
    for _ in range(cuts):
        await relaying.cut_leader()
        await add(relaying.database, "01", 5)
        await eventually(
            lambda: first.leads or second.leads, within=5, because="one of them takes over"
        )
    last = 5 + 5 * cuts
    await eventually(lambda: relaying.has(land_01=last), within=5, because="the rest goes out")
    assert without_repeats((await relaying.published())["01"]) == list(range(1, last + 1))
    await eventually(
        lambda: first.leads != second.leads, within=5, because="who lost the lead knows it"
    )


async def remembered(relaying: Relaying) -> Published | None:
    """What PostgreSQL knows of the last record of the Land."""
    async with transaction(relaying.database, EVERYWHERE) as tx:
        return (await load_published(tx)).get(Land("01"))


async def remembers(relaying: Relaying, last: int) -> bool:
    known = await remembered(relaying)
    return known is not None and known.sequence == last


async def test_a_relay_that_starts_again_repeats_nothing(relaying: Relaying) -> None:
    relaying.place = replace(relaying.place, remember_seconds=3600.0)
    await add(relaying.database, "01", 3)
    await relaying.start()
    await eventually(
        lambda: remembers(relaying, 3), within=10, because="a Land's first rows are remembered"
    )
    await add(relaying.database, "01", 3)
    await eventually(lambda: relaying.has(land_01=6), within=10, because="it goes on")
    assert not await remembers(relaying, 6)
    await relaying.running.aclose()
    await add(relaying.database, "01", 1)
    await relaying.start()
    await eventually(lambda: relaying.has(land_01=7), within=10, because="the next goes on")
    assert (await relaying.published())["01"] == [1, 2, 3, 4, 5, 6, 7]


async def test_what_a_leader_could_not_remember_is_not_sent_again(relaying: Relaying) -> None:
    async def publish_to(last: int) -> None:
        await relaying.start()
        await eventually(lambda: relaying.has(land_01=last), within=10, because="it publishes")
        await eventually(lambda: remembers(relaying, last), within=5, because="and remembers it")
        await relaying.running.aclose()

    await add(relaying.database, "01", 2)
    await publish_to(2)
    before = await remembered(relaying)
    assert before
    await add(relaying.database, "01", 3)
    await publish_to(5)
    async with transaction(relaying.database, EVERYWHERE) as tx:
        await set_published(tx, [before])
    await add(relaying.database, "01", 1)
    await publish_to(6)
    assert (await relaying.published())["01"] == [1, 2, 3, 4, 5, 6]


async def test_a_look_at_every_land_ends_in_time(relaying: Relaying) -> None:
    """Asking behind a fetch at an empty end takes half a second for each: 3 s are for all."""
    for land in LANDS:
        await add(relaying.database, land, 1)
    await relaying.start()
    is_out = {f"land_{land}": 1 for land in LANDS}
    await eventually(lambda: relaying.has(**is_out), within=20, because="all goes out")
    await relaying.running.aclose()
    for land in LANDS:
        await add(relaying.database, land, 1)
    relay = await relaying.start()
    is_out = dict.fromkeys(is_out, 2)
    await eventually(lambda: relaying.has(**is_out), within=20, because="the next one sees all")
    assert relay.trouble is None


@pytest.mark.timeout(sized(60, 300))
async def test_years_of_heads_behind_the_last_row_hold_up_no_new_one(relaying: Relaying) -> None:
    await add(relaying.database, "01", 2)
    await relaying.start()
    await eventually(lambda: relaying.has(land_01=2), within=10, because="it publishes")
    await relaying.running.aclose()
    head = orjson.dumps({"land": "01", "sequence": 2})
    async with producing(relaying.place.kafka.bootstrap) as producer:
        for _ in range(sized(3000, 500_000)):
            await producer.send(relaying.topic, head, b"01", partition_of(Land("01")))
        await producer.flush()
    await add(relaying.database, "01", 1)
    relay = await relaying.start()
    await eventually(
        lambda: [one.sequence for one in relay.published.values()] == [3],
        within=15,
        because="only the end of the topic is looked through",
    )


async def test_a_head_is_announced_only_behind_what_it_announces(relaying: Relaying) -> None:
    source = Rows(has_heads=True)
    await add(relaying.database, "05", 2)
    await relaying.start(source)

    async def announced() -> list[bytes | None]:
        records = await read_topic(relaying.place.kafka.bootstrap, relaying.topic)
        return [record.value for record in records if record.value == b"head"]

    await eventually(announced, within=10, because="heads are announced again and again")
    records = await read_topic(relaying.place.kafka.bootstrap, relaying.topic)
    assert [orjson.loads(record.value or b"")["sequence"] for record in records[:2]] == [1, 2]
    assert {record.partition for record in records} == {4}


async def test_a_topic_that_was_deleted_is_made_and_filled_again(breakable: Relaying) -> None:
    await add(breakable.database, "01", 7)
    await add(breakable.database, "16", 2)
    await breakable.start()
    await eventually(lambda: breakable.has(land_01=7, land_16=2), within=15, because="all is there")
    async with administering(breakable.place.kafka.bootstrap) as admin:
        await admin.delete_topics([breakable.topic])
    await add(breakable.database, "01", 1)
    await eventually(lambda: breakable.has(land_01=8, land_16=2), within=20, because="it is again")
    published = await breakable.published()
    assert without_repeats(published["01"]) == list(range(1, 9))
    assert without_repeats(published["16"]) == [1, 2]


async def test_records_that_the_broker_lost_are_found_without_a_new_one(
    breakable: Relaying,
) -> None:
    await add(breakable.database, "02", 4)
    await breakable.start()
    await eventually(lambda: breakable.has(land_02=4), within=15, because="all is there")
    await breakable.running.aclose()
    async with administering(breakable.place.kafka.bootstrap) as admin:
        await admin.delete_topics([breakable.topic])

    async def made_again() -> bool:
        with suppress(KafkaError):
            await ensure_topics(breakable.place.kafka, prefix=breakable.place.topic_prefix)
            await put(breakable.place.kafka.bootstrap, breakable.topic, "02", [STRANGER] * 4)
            return True
        return False

    await eventually(made_again, within=10, because="the topic is there, with other records")
    await breakable.start()
    await eventually(lambda: breakable.has(land_02=4), within=15, because="its own are missing")
    assert [number for number in (await breakable.published())["02"] if number] == [1, 2, 3, 4]


STRANGER = orjson.dumps({"land": "02", "sequence": 0})


@pytest.mark.promise(5)
async def test_a_broker_that_lost_everything_is_filled_again(
    breakable: Relaying, breakable_kafka: KafkaBroker
) -> None:
    await add(breakable.database, "01", 6)
    relay = await breakable.start()
    await eventually(lambda: breakable.has(land_01=6), within=15, because="all is there")
    await asyncio.to_thread(breakable_kafka.wipe)
    await add(breakable.database, "01", 1)
    await eventually(lambda: relay.trouble, within=15, because="the relay notices")
    await asyncio.to_thread(breakable_kafka.start)
    await eventually(lambda: breakable.has(land_01=7), within=30, because="all is there again")
    assert without_repeats((await breakable.published())["01"]) == list(range(1, 8))


@pytest.mark.timeout(180)  # a broker that stood still leaves its cluster of one, and joins it again
async def test_while_the_broker_hangs_the_relay_says_so_and_then_goes_on(
    breakable: Relaying, breakable_kafka: KafkaBroker
) -> None:
    await add(breakable.database, "01", 2)
    relay = await breakable.start()
    await eventually(lambda: breakable.has(land_01=2), within=15, because="all is there")
    with frozen(breakable_kafka.folder):
        await add(breakable.database, "01", 2)
        await eventually(lambda: relay.trouble, within=10, because="no publish waits for ever")
    await eventually(lambda: breakable.has(land_01=4), within=90, because="the broker is back")
    assert without_repeats((await breakable.published())["01"]) == [1, 2, 3, 4]


async def test_rows_wait_for_a_broker_that_is_not_there_yet(
    breakable: Relaying, breakable_kafka: KafkaBroker
) -> None:
    await asyncio.to_thread(breakable_kafka.stop)
    await add(breakable.database, "01", 3)
    relay = await breakable.start()
    await eventually(lambda: "pauses" in (relay.trouble or ""), within=15, because="none is there")
    await asyncio.to_thread(breakable_kafka.start)
    await eventually(lambda: breakable.has(land_01=3), within=30, because="now it is")
    await eventually(lambda: relay.trouble is None, within=5, because="all is well")
