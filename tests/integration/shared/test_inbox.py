"""A real topic is read to the end: order, holes, poison, restarts, and loops that die."""

import asyncio
import logging
import time
from itertools import pairwise

import pytest
from faststream import AckPolicy

from access.kafka import KafkaPlace
from embedded.kafka import KafkaBroker
from embedded.postgres import PostgresServer
from shared.codes import Land
from shared.inbox import Inbox
from shared.kafka import make_broker, start_broker
from shared.line import Line
from shared.records import Record
from shared.topics import ensure_topics
from tests.eventually import eventually
from tests.integration.servers import OwnDatabase, make_template
from tests.integration.shared.readers import Ledgers, forged
from tests.integration.shared.reading import Reading, reading_with
from tests.integration.shared.topics import administering, producing
from tests.sizes import sized

pytestmark = pytest.mark.asyncio
LETTERS = """
    SELECT partition, reason, key, value, headers FROM dead_letters ORDER BY partition, log_offset
"""
OFFSETS = "SELECT partition, next_offset FROM offsets WHERE topic = $1"
PLACE = "INSERT INTO offsets VALUES ($1, $2, $3)"
OUTAGE_SECONDS, LEAST_PAUSE_SECONDS = sized(4.0, 60.0), 1.0
FOUR_LANDS = ("01", "02", "03", "04")
log = logging.getLogger(__name__)


async def test_a_new_group_reads_what_was_there_before_it(reading: Reading) -> None:
    await reading.put("01", reading.ledgers.record("01", 5))
    await reading.put("16", reading.ledgers.record("16", 3))
    inbox = await reading.start()
    await reading.reached(land_01=5, land_16=3)
    await reading.put("01", reading.ledgers.record("01", 2))
    await reading.reached(land_01=7)
    assert inbox.trouble is None


@pytest.mark.promise(10)
async def test_poison_is_buried_byte_for_byte_and_stops_nobody(reading: Reading) -> None:
    good = reading.ledgers.record("01", 6)
    later = b'{"specversion":"1.0","type":"placement.recorded.v2","data":{"any":1}}'
    stranger = Ledgers().record("02", 1)[0]
    poison: list[tuple[bytes | None, list[tuple[str, bytes | None]]]] = [
        (None, []),
        (b"", []),
        (b"no JSON", [("traceparent", b"\xff\xfe"), ("empty", b"")]),
        (b'{"another": "kind"}', [("null", None), ("a\0b", b"1")]),
        (b'"' + b"x" * 900_000 + b'"', []),
        (b'{"specversion":"1.0","type":"\\u0000","data":1}', []),
        (b'{"specversion":"1.0","type":"placement.recorded.v1","data":{"type":"\\u0000"}}', []),
        (b"[" * 100_000 + b"]" * 100_000, []),
        (good[3].replace(b'"persons":1', b'"persons":2'), []),
        (stranger, []),
    ]
    async with producing(reading.bootstrap) as producer:
        for index, value in enumerate(good):
            await producer.send_and_wait(reading.topic, value, b"01", 0)
            if index == 2:
                for bad, headers in poison:
                    await producer.send_and_wait(reading.topic, bad, b"\xff\0", 0, headers=headers)
                await producer.send_and_wait(reading.topic, later, b"01", 0)
    await reading.start()
    await reading.reached(land_01=6)
    await eventually(reading.offsets, within=5, because="the place is remembered")
    letters = await reading.letters()
    told = [bad for bad, _ in poison if bad != poison[5][0]]  # an unknown type is skipped
    assert [letter["value"] for letter in letters] == told
    assert {letter["key"] for letter in letters} == {b"\xff\0"}
    assert letters[2]["headers"] == [["traceparent", "fffe"], ["empty", ""]]
    assert letters[3]["headers"] == [["null", None], ["a\\x00b", "31"]]
    assert [letter["reason"] for letter in letters][-1] == "wrong-partition"
    await reading.stop()
    await reading.database.execute("UPDATE offsets SET next_offset = 0")
    await reading.start()
    await eventually(reading.offsets, within=20, because="all is read once more")
    assert await reading.letters() == letters


async def test_a_land_that_is_slow_to_commit_holds_up_no_other(reading: Reading) -> None:
    reading.reader.slow.add("01")
    await reading.put("01", reading.ledgers.record("01", 3))
    await reading.put("02", reading.ledgers.record("02", 3))
    await reading.start()
    await reading.reached(land_02=3)
    await reading.put("02", reading.ledgers.record("02", 2))
    await reading.reached(land_02=5)
    assert reading.reader.numbers("01") == []
    reading.reader.done.set()
    await reading.reached(land_01=3)


async def test_while_much_is_left_no_more_is_taken(reading: Reading) -> None:
    inbox = Inbox(reading.topic, reading.decode, reading.reader, reading.database)
    reading.reader.slow.add("01")
    records = [
        Record(reading.topic, 0, offset, b"01", value)
        for offset, value in enumerate(reading.ledgers.record("01", 5002))
    ]
    await inbox.receive(records[:5001])
    more = asyncio.create_task(inbox.receive(records[5001:]))
    assert not (await asyncio.wait([more], timeout=0.3))[0]
    reading.reader.done.set()
    await more
    await reading.reached(land_01=5002)
    await inbox.end()


async def test_a_restart_goes_on_at_the_remembered_place(reading: Reading) -> None:
    await reading.put("01", reading.ledgers.record("01", 5))
    await reading.start()
    await reading.reached(land_01=5)
    await eventually(reading.offsets, within=5, because="the place is remembered")
    await reading.stop()
    reading.decoded.clear()
    await reading.put("01", reading.ledgers.record("01", 2))
    await reading.start()
    await reading.reached(land_01=7)
    assert min(reading.decoded) == (0, 5)


async def test_a_place_beyond_the_end_starts_at_the_earliest(reading: Reading) -> None:
    await reading.database.execute(PLACE, reading.topic, 0, 1_000_000)
    await reading.put("01", reading.ledgers.record("01", 3))
    await reading.start()
    await reading.reached(land_01=3)


async def test_a_place_in_the_middle_of_other_records_is_filled_from_the_feed(
    reading: Reading,
) -> None:
    await reading.database.execute(PLACE, reading.topic, 0, 2)
    await reading.put("01", reading.ledgers.record("01", 4))
    await reading.start()
    await reading.reached(land_01=4)


async def test_a_forged_entry_that_chains_is_settled_by_the_feed(reading: Reading) -> None:
    good = reading.ledgers.record("01", 4)
    lies = [forged(good[1], previous_hash="0" * 64), forged(good[3], sequence=77)]
    await reading.put("01", [good[0], lies[0], good[1], lies[1], good[2], good[3]])
    await reading.start()
    await reading.reached(land_01=4)
    await eventually(reading.letters, within=5, because="lies are buried")
    assert [letter["value"] for letter in await reading.letters()] == lies


async def test_a_land_without_its_feed_stops_nobody_else_and_fills_no_memory(
    reading: Reading,
) -> None:
    events = reading.ledgers.record("01", 400)
    reading.reader.silent.add("01")
    inbox = await reading.start()
    inbox.lines[Land("01")] = SmallLine(Land("01"), reading.reader)
    await reading.put("01", events[1:])
    await reading.put("02", reading.ledgers.record("02", 3))
    await reading.reached(land_02=3)
    small = inbox.lines[Land("01")]
    await eventually(lambda: small.is_full, within=10, because="it remembers what it may")
    await reading.put("02", reading.ledgers.record("02", 3))
    await reading.reached(land_02=6)
    assert len(small.suspects) < 300
    assert 0 not in await reading.offsets()
    [waits_for] = inbox.waits()
    assert waits_for.startswith("Land 01 waits until the feed answers")
    reading.reader.silent.clear()
    await reading.reached(land_01=400)
    await eventually(lambda: not inbox.waits(), within=10, because="all is understood")
    assert small.suspects == []
    await reading.put("01", reading.ledgers.record("01", 1))
    await reading.reached(land_01=401)
    assert await reading.letters() == []


class SmallLine(Line[str]):
    """A line with little memory."""

    @property
    def is_full(self) -> bool:
        return len(self.suspects) >= 50


async def test_two_inboxes_share_the_lands_and_apply_each_entry_once(reading: Reading) -> None:
    await reading.start()
    for land in ("01", "02", "03", "04"):
        await reading.put(land, reading.ledgers.record(land, 20))
    await reading.start()
    for land in ("01", "02", "03", "04"):
        await reading.put(land, reading.ledgers.record(land, 20))
    await reading.reached(land_01=40, land_02=40, land_03=40, land_04=40)
    assert await reading.letters() == []


@pytest.mark.promise(11)
@pytest.mark.timeout(sized(60, 300))
async def test_an_outage_of_the_database_loses_nothing_and_is_retried_politely(
    own_postgres: PostgresServer, kafka: KafkaBroker, topic_prefix: str
) -> None:
    template = await make_template(own_postgres)
    async with template.clone() as own, reading_with(own, kafka, topic_prefix) as reading:
        for land in FOUR_LANDS:
            await reading.put(land, reading.ledgers.record(land, 4))
        await asyncio.to_thread(own_postgres.kill)
        inbox = await reading.start()  # only now: so all four are in one batch
        await eventually(
            lambda: inbox.trouble and "can't be applied" in inbox.trouble,
            within=20,
            because="it says what it waits for",
        )
        over_at = time.monotonic() + OUTAGE_SECONDS
        await eventually(
            lambda: time.monotonic() >= over_at, within=OUTAGE_SECONDS + 1, because="time passes"
        )
        await asyncio.to_thread(own_postgres.start)
        # One try may meet a server that is still starting; the next is the longest pause away.
        await reading.reached(within=40, land_01=4, land_02=4, land_03=4, land_04=4)
        await eventually(lambda: inbox.trouble is None, within=10, because="all is well")

        async def kept() -> bool:
            return await reading.offsets() == dict.fromkeys(range(4), 4)

        await eventually(kept, within=10, because="the place is remembered, too")
        tried_at = {
            land: [at for at in times if at < over_at]
            for land, times in reading.reader.tried_at.items()
        }
        log.info("tries by Land: %s", {land: len(times) for land, times in tried_at.items()})
        pauses = [later - at for times in tried_at.values() for at, later in pairwise(times)]
        assert sorted(tried_at) == [*FOUR_LANDS]
        assert len(pauses) >= 2 * len(FOUR_LANDS)
        assert min(pauses) >= LEAST_PAUSE_SECONDS


async def test_a_missing_topic_is_not_made_by_reading_it_and_read_once_it_is_there(
    database: OwnDatabase, kafka: KafkaBroker
) -> None:
    async with reading_with(database, kafka, "late.") as reading:
        await reading.start()
        async with administering(kafka.bootstrap) as admin:
            assert reading.topic not in await admin.list_topics()
        await ensure_topics(KafkaPlace(kafka.bootstrap), prefix="late.")
        await reading.put("01", reading.ledgers.record("01", 2))
        await reading.reached(land_01=2)


async def test_a_subscriber_that_acknowledges_by_itself_is_not_started() -> None:
    broker = make_broker(KafkaPlace("127.0.0.1:9"))
    broker.subscriber("any", ack_policy=AckPolicy.ACK)(print)
    with pytest.raises(RuntimeError, match="lose records"):
        await start_broker(broker)


async def test_the_reader_waits_for_a_broker_that_is_not_there_yet(
    database: OwnDatabase, own_kafka: KafkaBroker
) -> None:
    await asyncio.to_thread(own_kafka.stop)
    async with reading_with(database, own_kafka, "") as reading:
        inbox = await reading.start()
        assert inbox.trouble
        await asyncio.to_thread(own_kafka.start)
        await ensure_topics(KafkaPlace(own_kafka.bootstrap))
        await reading.put("01", reading.ledgers.record("01", 2))
        await reading.reached(land_01=2)
        assert inbox.trouble is None


async def test_the_reader_says_so_when_the_broker_leaves(
    database: OwnDatabase, own_kafka: KafkaBroker
) -> None:
    async with reading_with(database, own_kafka, "") as reading:
        await ensure_topics(KafkaPlace(own_kafka.bootstrap))
        inbox = await reading.start()
        await reading.put("01", reading.ledgers.record("01", 2))
        await reading.reached(land_01=2)
        assert inbox.watch
        inbox.watch.stall_seconds = 1.0
        await asyncio.to_thread(own_kafka.stop)
        await eventually(
            lambda: "Kafka does not say" in "".join(inbox.waits()), within=30, because="it is asked"
        )
        await asyncio.to_thread(own_kafka.start)
        await eventually(lambda: inbox.waits() == [], within=30, because="it answers again")
        await reading.put("01", reading.ledgers.record("01", 2))
        await reading.reached(land_01=4)
