"""Publishes a service's numbered rows to its topic, in order, one relay at a time."""

import asyncio
import hashlib
import logging
import math
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Protocol, TypeAlias

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder

from access.kafka import KafkaPlace
from access.reach import EVERYWHERE
from shared.codes import LANDS, Land
from shared.kafka import close_quietly, load_cluster_id, reading, start_producer
from shared.postgres import UNAVAILABLE, Bell, Connection, Database, Password, connect, transaction
from shared.settings import ServiceSettings
from shared.store.relays import Published, load_published, set_published, try_lead
from shared.topics import ensure_topics, partition_of

PAGE = 500
GATHER_ROUNDS, GATHER_MOST_SECONDS = 4, 0.012
"""After a round of more than a few rows the next one gathers for so many times as long: a round
costs all readers the same, full or not, and takes longer the busier they all are."""
TROUBLE = (*UNAVAILABLE, KafkaError)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One numbered row as the bytes that go on the topic."""

    land: Land
    sequence: int
    value: bytes


Rows: TypeAlias = Sequence[Outgoing]


class Source(Protocol):
    """Where a relay reads what it publishes."""

    async def read_after(self, tx: Connection, seen: Mapping[Land, int], limit: int) -> Rows:
        """The rows after a number of each Land, in order by Land; at most so many of each."""

    async def announce(self, tx: Connection, land: Land, /) -> Outgoing | None:
        """The head of a Land as an event, where the topic carries heads."""


class Relay:
    """One leader per service publishes; the others wait to take over."""

    def __init__(
        self, source: Source, topic: str, database: Database, bell: Bell, place: "Place"
    ) -> None:
        self.source, self.topic, self.database, self.bell = source, topic, database, bell
        self.place = place
        self.published: dict[Land, Published] = {}
        self.trouble: str | None = "not yet connected to Kafka"
        self.leads = False
        self._offered = list[Outgoing]()

    def offer(self, rows: Iterable[Outgoing]) -> None:
        """Publish what was just committed here; who leads elsewhere, or is busy, reads it back."""
        if self.leads and len(self._offered) < self.place.most_offered:
            self._offered += rows
            self.bell.wake()
        else:
            self.bell.ring()

    async def run(self) -> None:
        """Lead whenever nobody else does, for ever."""
        wait_seconds = 0.5
        while True:
            try:
                if not await self._lead_once():
                    self.trouble = None
                    await asyncio.sleep(self.place.takeover_seconds)
                wait_seconds = 0.5
            except TROUBLE as failure:
                self.trouble = f"publishing to {self.topic} pauses: {failure or type(failure)!s}"
                log.warning("%s; again in %.1f s", self.trouble, wait_seconds)
                await asyncio.sleep(wait_seconds)
                wait_seconds = min(wait_seconds * 2, 5.0)
            finally:
                self.leads = False

    async def _lead_once(self) -> bool:
        place = self.place
        # Where a crash takes the last position back, what follows it is found on the topic.
        at = place.database_url, place.password
        lead = await connect(*at, f"{self.topic} relay", durable=False, reach=EVERYWHERE)
        try:
            if not await try_lead(lead):
                return False
            await ensure_topics(place.kafka, place.replication, place.topic_prefix)
            producer = await start_producer(place.kafka)
            try:
                await self._publish_forever(lead, producer)
            finally:
                await close_quietly(producer)
        finally:
            lead.terminate()
        return True

    async def _publish_forever(self, lead: Connection, producer: AIOKafkaProducer) -> None:
        cluster = await load_cluster_id(self.place.kafka)
        self.published = await load_published(lead)
        remembered = set(self.published.values())
        proven_at = looked_at = remembered_at = -math.inf
        self._offered, self.leads, must_look = [], True, True
        while True:
            began_at = time.monotonic()
            if began_at - proven_at >= self.place.prove_seconds:
                await self._see_what_is_there(lead, cluster, is_new=proven_at < 0)
                await self._announce_heads(producer)
                proven_at, self.trouble = began_at, None
            must_look |= began_at - looked_at >= self.place.poll_seconds
            rows = None if must_look else self._next_offered()
            if rows is None:
                rows = await self.source.read_after(lead, self._reached(), PAGE)
                looked_at = began_at
            await self._publish(producer, rows, cluster)
            is_first = len(self.published) > len(remembered)  # nobody would look behind it
            if is_first or began_at - remembered_at >= self.place.remember_seconds:
                new = set(self.published.values()) - remembered
                await set_published(lead, list(new))
                remembered, remembered_at = set(self.published.values()), began_at
            must_look = await self._gather(len(rows), time.monotonic() - began_at)

    def _next_offered(self) -> Rows | None:
        """What was offered and is next of its Land; None where something before it is missing."""
        offered, self._offered = self._offered, []
        new, reached = list[Outgoing](), self._reached()
        for row in offered:
            ahead = row.sequence - reached[row.land]
            if ahead > 1:
                return None
            if ahead == 1:
                new.append(row)
                reached[row.land] = row.sequence
        return sorted(new, key=attrgetter("land"))

    def _reached(self) -> dict[Land, int]:
        """The last number of every Land that is on the topic."""
        return dict.fromkeys(LANDS, 0) | {at.land: at.sequence for at in self.published.values()}

    async def _publish(self, producer: AIOKafkaProducer, new: Rows, cluster: str) -> None:
        """Send the next rows of every Land, all at the same time."""

        async def publish(rows: Rows) -> None:
            end = await self._send(producer, rows)
            self.published[rows[0].land] = _published(rows[-1], cluster, end)

        lands = [list(rows) for _, rows in groupby(new, attrgetter("land"))]
        await asyncio.gather(*map(publish, lands))

    async def _gather(self, rows: int, round_seconds: float) -> bool:
        """Pause until there is something to do; whether it must be looked for."""
        if rows >= PAGE:
            return True
        if rows > self.place.few:
            await asyncio.sleep(min(GATHER_ROUNDS * round_seconds, GATHER_MOST_SECONDS))
        poll_seconds = self.place.poll_seconds
        most_seconds = min(poll_seconds, self.place.remember_seconds) if rows else poll_seconds
        return await self.bell.wait(0 if self._offered else most_seconds)

    async def _send(self, producer: AIOKafkaProducer, rows: Rows) -> int:
        """Send a Land's rows in order; the offset of the last one once the broker has them all."""
        partition, last = partition_of(rows[0].land), -1
        async with asyncio.timeout(self.place.send_seconds):
            for batch in _batches(producer, rows):
                sent = await producer.send_batch(batch, self.topic, partition=partition)
                last = (await sent).offset + batch.record_count() - 1
        return last

    async def _announce_heads(self, producer: AIOKafkaProducer) -> None:
        async with transaction(self.database, EVERYWHERE) as tx:
            found = [await self.source.announce(tx, land) for land in self.published]
        heads = [one for one in found if one and one.sequence == self.published[one.land].sequence]
        await asyncio.gather(*(self._send(producer, [head]) for head in heads))

    async def _see_what_is_there(self, lead: Connection, cluster: str, *, is_new: bool) -> None:
        """Read every Land's last record back: what is not there is published again from 1.

        A new leader does not send again what one before it sent and could not remember any more.
        """
        published = [at for at in self.published.values() if at.sequence]
        known = {TopicPartition(self.topic, partition_of(at.land)): at for at in published}
        async with reading(self.place.kafka, self.place.send_seconds) as reader:
            # Everything is asked for before anything is fetched, which keeps a connection waiting.
            first, end = await reader.beginning_offsets(known), await reader.end_offsets(known)
            kept = {
                place: at.log_offset
                for place, at in known.items()
                if at.cluster == cluster and first[place] <= at.log_offset < end[place]
            }
            reader.assign(list(kept))
            for seek in kept.items():
                reader.seek(*seek)
            for place, at in known.items():
                record = await reader.getone(place) if place in kept else None
                found = record and (record.offset, _digest(record.value))
                if found != (at.log_offset, at.event):
                    log.error("the broker lost records of Land %s: publishing again", at.land)
                    self.published[at.land] = replace(at, sequence=0)
                elif is_new:
                    self.published[at.land] = await self._recall(lead, reader, place, at)

    async def _recall(
        self, lead: Connection, reader: AIOKafkaConsumer, place: TopicPartition, at: Published
    ) -> Published:
        """Go on from a Land's last record, which was just read, past the rows that follow it."""
        end: int = reader.highwater(place)
        rows = deque(await self.source.read_after(lead, {at.land: at.sequence}, 2 * PAGE))
        begin = max(at.log_offset + 1, end - 4 * PAGE)  # behind it may be years of heads
        reader.seek(place, begin)
        while rows and await reader.position(place) < end:
            record = await reader.getone(place)
            if record.value == rows[0].value:
                at = _published(rows.popleft(), at.cluster, record.offset)
        return at


@dataclass(frozen=True, slots=True)
class Place:
    """Where a relay connects on its own, and how long it lets things take.

    It asks the broker for its last records again and again after `prove_seconds`; a page that is
    not taken within `send_seconds` is sent again by a new producer. What was not offered is found
    after `poll_seconds`, what was sent is remembered every `remember_seconds`, and no more is
    taken on while `most_offered` rows wait. More than a `few` rows in a round are a stream.
    """

    database_url: str
    password: Password
    kafka: KafkaPlace
    topic_prefix: str = ""
    replication: int = 1
    takeover_seconds: float = 1.0
    prove_seconds: float = 15.0
    send_seconds: float = 10.0
    poll_seconds: float = 1.0
    remember_seconds: float = 0.1
    most_offered: int = 5000
    few: int = 4

    @classmethod
    def of(cls, settings: ServiceSettings) -> "Place":
        """The place that a service's settings name."""
        at = settings.database, settings.password, settings.kafka
        return cls(*at, settings.topic_prefix, settings.replication)


def _batches(producer: AIOKafkaProducer, rows: Rows) -> Iterator[BatchBuilder]:
    """A Land's rows as whole record batches: one by one each would cost six times as much."""
    batch, key = producer.create_batch(), rows[0].land.encode()
    for row in rows:
        if batch.append(timestamp=None, key=key, value=row.value) is None:
            yield batch
            batch = producer.create_batch()
            batch.append(timestamp=None, key=key, value=row.value)
    yield batch


def _published(row: Outgoing, cluster: str, offset: int) -> Published:
    return Published(row.land, row.sequence, _digest(row.value), cluster, offset)


def _digest(value: bytes | None) -> str:
    return hashlib.sha256(value or b"").hexdigest()
