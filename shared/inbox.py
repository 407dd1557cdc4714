"""Reads a topic with FastStream in batches and hands every Land its events in order."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Generic, TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaMessage

from shared.codes import Land
from shared.kafka import PlacedBroker
from shared.letters import escaped, letter_of, place_of
from shared.line import Applier, Event, Line
from shared.postgres import UNAVAILABLE, Database, LandHeld, is_outage, transaction
from shared.records import Record
from shared.store.dead_letters import DeadLetter, insert_dead_letters
from shared.store.offsets import load_offsets, set_offset
from shared.topics import partition_of
from shared.watch import Watch

B = TypeVar("B")
RETRY_FIRST_SECONDS, RETRY_MOST_SECONDS = 1.0, 15.0
HINTS_EVERY_SECONDS, SETTLE_MOST_SECONDS = 1.0, 5.0
IDLE_MS = 1000
"""How long a topic on which nothing comes is asked at once; what comes is there immediately."""
HANDS, MOST_LEFT, END_SECONDS = 3, 5000, 4.0
"""So many partitions are dealt with beside each other: one counts while others commit. While more
records than these wait for their turn, no others are taken."""
log = logging.getLogger(__name__)


class InvalidMessage(Exception):
    """A record that can't be an event of ours: why, as a code and as a sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


class UnknownType(Exception):
    """An event of a type that a reader of this version skips."""


@dataclass
class Waiting(Generic[B]):
    """What was read of a partition and waits for its turn; `next_offset` is behind it all."""

    events: dict[Land, list[Event[B]]] = field(default_factory=lambda: defaultdict(list))
    letters: list[DeadLetter] = field(default_factory=list)
    records: int = 0
    next_offset: int = 0


class Inbox(Generic[B]):
    """One topic's way into a service: decode, order, apply, remember the place."""

    def __init__(
        self,
        topic: str,
        decode: Callable[[Record], Event[B]],
        applier: Applier[B],
        database: Database,
        hands: int = HANDS,
    ) -> None:
        self.topic, self.decode, self.applier, self.database = topic, decode, applier, database
        self.lines: dict[Land, Line[B]] = {}
        self.trouble: str | None = f"{topic} is not assigned yet"
        self.watch: Watch | None = None
        self._hands = asyncio.Semaphore(hands)
        self._waiting: dict[int, Waiting[B]] = defaultdict(Waiting)
        self._dealing: dict[int, asyncio.Task[None]] = {}
        self._failing: set[int] = set()
        self._left, self._room = 0, asyncio.Event()
        self._hints: dict[int, int] = {}
        self._keep_hints_at = float("-inf")

    def waits(self) -> list[str]:
        """What single Länder wait for while the others go on, or all for Kafka; a sentence each."""
        said = [self.watch.trouble if self.watch else None]
        said += [line.waits_for for line in self.lines.values()]
        return [sentence for sentence in said if sentence]

    def line(self, land: Land) -> Line[B]:
        """The line of a Land."""
        return self.lines.setdefault(land, Line(land, self.applier))

    async def receive(self, records: Sequence[Record]) -> None:
        """Have a batch dealt with, partitions beside each other; who commits holds up no others."""
        while self._left > MOST_LEFT:
            self._room.clear()
            await self._room.wait()
        partitions: dict[int, list[Record]] = defaultdict(list)
        for record in records:
            partitions[record.partition].append(record)
        if self.watch:
            places = {number: each[-1].offset + 1 for number, each in partitions.items()}
            self.watch.moved(places, fetched=True)
        self._left += len(records)
        for number, each in partitions.items():
            self._sort(each, self._waiting[number])
            if number not in self._dealing:
                self._dealing[number] = asyncio.create_task(self._deal_with(number))
        self._pause_full_lines()
        if time.monotonic() >= self._keep_hints_at:
            await self.keep_place()

    async def _deal_with(self, partition: int) -> None:
        """Apply or bury what waits, all at once; what comes meanwhile is next."""
        try:
            while waiting := self._waiting.pop(partition, None):
                await self._take_until_done(partition, waiting)
                self._left -= waiting.records
                self._room.set()
        finally:
            del self._dealing[partition]

    async def _take_until_done(self, partition: int, waiting: Waiting[B]) -> None:
        """Try again, politely, until it is done."""
        wait_seconds = RETRY_FIRST_SECONDS
        while True:
            try:
                async with self._hands:
                    await self._take(waiting.events, waiting.letters)
                return self._go_on_at(partition, waiting.next_offset)
            except Exception as failure:
                self._failing.add(partition)
                self.trouble = f"{self.topic} can't be applied: {failure!r}"
                log.warning("%s", self.trouble, exc_info=not is_outage(failure))
            await asyncio.sleep(wait_seconds)
            wait_seconds = min(wait_seconds * 2, RETRY_MOST_SECONDS)

    def _go_on_at(self, partition: int, offset: int) -> None:
        """The next reader may begin at this offset, unless a Land waits for its feed."""
        self._failing.discard(partition)
        if not self._failing:
            self.trouble = None
        behind = {partition_of(land) for land, line in self.lines.items() if line.is_behind}
        if partition not in behind:
            self._hints[partition] = offset

    async def _take(self, events: dict[Land, list[Event[B]]], letters: list[DeadLetter]) -> None:
        """Keep the letters, then take what is left of the events."""
        if letters:
            async with transaction(self.database) as tx:
                await insert_dead_letters(tx, letters)
            letters.clear()
        for land in list(events):
            with suppress(LandHeld):  # its line says so
                await self.line(land).take(events[land])
            del events[land]

    async def end(self) -> None:
        """Finish what was begun and remember the place, so that nothing is read again."""
        if self._dealing:
            await asyncio.wait(self._dealing.values(), timeout=END_SECONDS)
        for task in self._dealing.values():
            task.cancel()
        await self.keep_place()

    async def keep_place(self) -> None:
        """Remember where to go on, if PostgreSQL lets us."""
        hints = dict(self._hints)
        with suppress(*UNAVAILABLE):
            async with transaction(self.database) as tx:
                for partition in sorted(hints):
                    await set_offset(tx, self.topic, partition, hints[partition])
            self._hints = dict(self._hints.items() - hints.items())
            self._keep_hints_at = time.monotonic() + HINTS_EVERY_SECONDS

    def _sort(self, records: Sequence[Record], waiting: Waiting[B]) -> None:
        for record in records:
            try:
                event = self.decode(record)
            except InvalidMessage as invalid:
                letter = letter_of(record, invalid.reason, invalid.detail)
                waiting.letters.append(letter)
                log.warning("dead letter %s: %s", place_of(record), letter.detail)
            except UnknownType as other:
                log.info("skipped %s: %s", place_of(record), escaped(str(other)))
            else:
                event.record = record
                waiting.events[event.land].append(event)
        waiting.records += len(records)
        waiting.next_offset = records[-1].offset + 1

    def _pause_full_lines(self) -> None:
        """Fetch no more of a Land that waits for its feed: a partition carries one Land only."""
        consumer = self.watch.subscriber.consumer if self.watch else None
        if consumer is None:
            return
        full = {partition_of(land) for land, line in self.lines.items() if line.is_full}
        places = {place for place in consumer.assignment() if place.partition in full}
        consumer.pause(*places - consumer.paused())
        consumer.resume(*consumer.paused() - places)

    async def settle_forever(self, pause_seconds: float = 1.0) -> None:
        """Ask the feed again about every open hole, and see that the consumer moves."""
        wait_seconds = pause_seconds
        while True:
            await asyncio.sleep(wait_seconds)
            behind = [line for line in self.lines.values() if line.is_behind]
            for line in behind:
                with suppress(LandHeld):
                    await line.settle()
            self._pause_full_lines()
            if self._hints:
                await self.keep_place()
            if self.watch:
                await self.watch.look()
            still = any(line.is_behind for line in behind)
            wait_seconds = min(wait_seconds * 2, SETTLE_MOST_SECONDS) if still else pause_seconds

    async def go_on(self, assigned: set[TopicPartition]) -> None:
        """Fetch from the stored places; from the earliest record where one is missing or past."""
        if self.watch is None or (consumer := self.watch.subscriber.consumer) is None:
            return
        is_there = assigned or consumer.partitions_for_topic(self.topic)
        self.trouble = None if is_there else f"{self.topic} is not there"
        hints: dict[int, int] = {}
        with suppress(*UNAVAILABLE):  # then all is read again, and dropped as known
            async with self.database.acquire(timeout=5) as tx:
                hints = await load_offsets(tx, self.topic)
        ends = await consumer.end_offsets(list(assigned))
        fitting = {place: hints.get(place.partition, 0) for place in assigned}
        fitting = {place: at if at <= ends[place] else 0 for place, at in fitting.items()}
        for place in assigned & consumer.assignment():  # what was taken away meanwhile is not ours
            consumer.seek(place, fitting[place])
        self.watch.moved({place.partition: at for place, at in fitting.items()}, fetched=False)

    def subscribe(self, broker: PlacedBroker, group: str, at_most: int) -> None:
        """Consume the topic in batches; the place is ours, Kafka's offsets are not used."""

        async def next_batch(consumer: AIOKafkaConsumer) -> tuple[Record, ...]:
            while not (found := await consumer.getmany(timeout_ms=IDLE_MS, max_records=at_most)):
                pass
            return tuple(chain(*found.values()))

        subscriber = broker.subscriber(
            self.topic,
            group_id=group,
            batch=True,
            fetch_max_wait_ms=100,
            session_timeout_ms=6_000,  # the least that brokers allow: so long a killed reader's
            heartbeat_interval_ms=2_000,  # Länder wait for the next one
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            listener=_SeekToHint(self),
            parser=tolerant_parser,
            decoder=raw_records,
        )
        subscriber(self.receive)
        subscriber.get_msg = next_batch  # type: ignore[method-assign]  # its own sleeps when idle
        self.watch = Watch(subscriber, broker.place)


async def tolerant_parser(records: tuple[Record, ...]) -> KafkaMessage:
    """A message of raw records: headers that are null or not UTF-8 must not lose the batch."""
    return KafkaMessage(records, body=b"", consumer=None)  # type: ignore[arg-type]  # never asked


async def raw_records(message: KafkaMessage) -> tuple[Record, ...]:
    """The records as aiokafka read them: decoding one by one costs four times as much."""
    return message.raw_message


class _SeekToHint(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped here
    def __init__(self, inbox: Inbox[B]) -> None:
        self.inbox = inbox

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Positions are fenced, nothing needs to be handed over."""

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        await self.inbox.go_on(assigned)
