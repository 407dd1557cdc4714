"""Publishes a service's numbered rows to its topic, in order, one relay at a time."""

import asyncio
import hashlib
import logging
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
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
POLL_SECONDS = 1.0
GATHER_MOST_SECONDS = 0.02
FEW, GATHER_ROUNDS = 4, 1
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
        proven_at, self.leads = None, True
        while True:
            if proven_at is None or time.monotonic() - proven_at >= self.place.prove_seconds:
                await self._see_what_is_there(lead, cluster, is_new=proven_at is None)
                await self._announce_heads(producer)
                proven_at = time.monotonic()
                self.trouble = None
            began_at = time.monotonic()
            if (count := await self._publish_new(lead, producer, cluster)) > FEW:
                gathers_seconds = GATHER_ROUNDS * (time.monotonic() - began_at)
                await asyncio.sleep(min(gathers_seconds, GATHER_MOST_SECONDS))
            elif not count:
                await self.bell.wait(POLL_SECONDS)

    async def _publish_new(self, lead: Connection, producer: AIOKafkaProducer, cluster: str) -> int:
        """Send what is new of every Land, all at the same time; how many rows there were."""
        seen = dict.fromkeys(LANDS, 0) | {at.land: at.sequence for at in self.published.values()}
        new = await self.source.read_after(lead, seen, PAGE)
        one_at_a_time, sent = asyncio.Lock(), list[Published]()

        async def publish(rows: Rows) -> None:
            """A Land is remembered as soon as it is sent, so that little is looked for later."""
            end = await self._send(producer, rows)
            sent.append(_published(rows[-1], cluster, end))
            async with one_at_a_time:
                at_once = sent[:]
                await set_published(lead, at_once)
                del sent[: len(at_once)]
            self.published |= {at.land: at for at in at_once}

        lands = [list(rows) for _, rows in groupby(new, attrgetter("land"))]
        await asyncio.gather(*map(publish, lands))
        return len(new)

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
        rows = deque(await self.source.read_after(lead, {at.land: at.sequence}, PAGE))
        begin = max(at.log_offset + 1, end - 2 * PAGE)  # behind it may be years of heads
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
    not taken within `send_seconds` is sent again by a new producer.
    """

    database_url: str
    password: Password
    kafka: KafkaPlace
    topic_prefix: str = ""
    replication: int = 1
    takeover_seconds: float = 1.0
    prove_seconds: float = 15.0
    send_seconds: float = 10.0

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
