"""The Land's records on a topic: read again, sent again, in another order, or false ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from tests.model.ledger import hash_of

LAND, PARTITION = b"01", 0
Entry = dict[str, Any]


@dataclass(frozen=True)
class Topic:
    """Where the Land's records are, and how they get there behind the relay's back."""

    bootstrap: str
    name: str

    async def last(self, most: int) -> list[bytes]:
        """The values of the newest records, oldest first."""
        place = TopicPartition(self.name, PARTITION)
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, enable_auto_commit=False)
        try:
            await consumer.start()
            consumer.assign([place])
            first = (await consumer.beginning_offsets([place]))[place]
            end = (await consumer.end_offsets([place]))[place]
            consumer.seek(place, max(first, end - most))
            records = []
            while await consumer.position(place) < end:
                records += (await consumer.getmany(timeout_ms=500)).get(place, [])
            return [record.value for record in records]
        finally:
            await consumer.stop()

    async def put(self, values: Sequence[bytes]) -> None:
        """Send them in this order, as anybody could who may write there."""
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap, acks="all")
        try:
            await producer.start()
            for value in values:
                await producer.send_and_wait(self.name, value, LAND, PARTITION)
        finally:
            await producer.stop()


def event(entry: Entry) -> bytes:
    """A ledger entry as it goes on the topic."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": f"{entry['land']}:{entry['sequence']}",
            "source": "/admissions",
            "type": f"placement.{entry['type']}.v1",
            "subject": entry["postings"][0]["unit"],
            "time": entry["recorded_at"],
            "datacontenttype": "application/json",
            "partitionkey": entry["land"],
            "sequence": str(entry["sequence"]),
            "data": entry,
        }
    )


def altered(entry: Entry, *, hash_fits: bool) -> Entry:
    """An entry with one person more, whose hash fits it or is still the true one's."""
    first, *rest = entry["postings"]
    more = entry | {"postings": [first | {"persons": first["persons"] + 1}, *rest]}
    return more | {"hash": hash_of(more)} if hash_fits else more


def foreign_chain(entry: Entry, length: int) -> list[Entry]:
    """What would follow on the entry, had it another hash: each link but the first fits."""
    chain: list[Entry] = []
    previous_hash = "f" * 64
    for number in range(1, length + 1):
        place = {"sequence": entry["sequence"] + number, "previous_hash": previous_hash}
        made = entry | place | {"type": "recorded", "corrects": None, "reason": None}
        chain.append(made | {"hash": hash_of(made)})
        previous_hash = chain[-1]["hash"]
    return chain
