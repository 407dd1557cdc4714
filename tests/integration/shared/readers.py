"""A reader of ledger events in memory: what its lands were brought, and in which order."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from shared.codes import Land
from shared.contracts.envelopes import NotAnEvent, unwrap
from shared.contracts.ledger import GENESIS, KINDS, LedgerEntry, entry_event, hash_of, read_entry
from shared.inbox import InvalidMessage, UnknownType
from shared.line import Event, Reached
from shared.postgres import Database, ping, transaction
from shared.records import Record
from shared.store.dead_letters import DeadLetter, insert_dead_letters
from shared.topics import partition_of
from tests.unit.shared.lands import LandInMemory


def read(record: Record) -> Event[str]:
    """The entry in a record, as the readers of our services do it."""
    try:
        envelope = unwrap(record.value)
        if envelope.type not in KINDS:
            raise UnknownType(envelope.type)
        entry = read_entry(envelope)
    except NotAnEvent as fault:
        raise InvalidMessage("not-an-event", str(fault)) from fault
    if partition_of(entry.land) != record.partition:
        raise InvalidMessage("wrong-partition", f"Land {entry.land} does not belong here")
    return event_of(entry)


def event_of(entry: LedgerEntry) -> Event[str]:
    return Event(Land(entry.land), entry.sequence, entry.hash, entry.previous_hash, entry.placement)


@dataclass
class Ledgers:
    """What the owner recorded, by Land: documents, chained."""

    documents: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    read: dict[str, list[Event[str]]] = field(default_factory=lambda: defaultdict(list))

    def record(self, land: str, count: int) -> list[bytes]:
        """The events of so many more entries."""
        return [self._record(land) for _ in range(count)]

    def _record(self, land: str) -> bytes:
        known = self.documents[land]
        document = {
            "land": land,
            "sequence": len(known) + 1,
            "type": "recorded",
            "placement": f"placement {len(known) + 1}",
            "recorded_at": "2026-11-01T12:00:00.000001Z",
            "corrects": None,
            "reason": None,
            "postings": [
                {
                    "unit": f"{land}001",
                    "programme": "asylum",
                    "effective_on": "2026-11-01",
                    "persons": 1,
                }
            ],
            "previous_hash": known[-1]["hash"] if known else GENESIS,
        }
        document["hash"] = hash_of(document)
        known.append(document)
        return entry_event(document)

    def events(self, land: str) -> list[Event[str]]:
        read = self.read[land]
        new = self.documents[land][len(read) :]
        read += [event_of(read_entry(unwrap(entry_event(each)))) for each in new]
        return read


@dataclass
class ReaderInMemory:
    """An Applier of every Land; letters go to the database."""

    ledgers: Ledgers
    database: Database
    lands: dict[Land, LandInMemory] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    slow: set[str] = field(default_factory=set)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    tried_at: dict[Land, list[float]] = field(default_factory=lambda: defaultdict(list))

    def of(self, land: Land) -> LandInMemory:
        memory = self.lands.setdefault(land, LandInMemory(land=land, genesis=GENESIS))
        memory.true = self.ledgers.events(land)
        memory.feed_is_down = land in self.silent
        return memory

    def numbers(self, land: str) -> list[int]:
        return self.of(Land(land)).numbers

    async def load_reached(self, land: Land) -> Reached:
        return await self.of(land).load_reached(land)

    async def apply(self, land: Land, events: Sequence[Event[str]]) -> None:
        self.tried_at[land].append(time.monotonic())
        await ping(self.database)  # as a transaction of a service would
        if land in self.slow:
            await self.done.wait()
        await self.of(land).apply(land, events)

    async def load_fingerprints(self, land: Land, low: int, high: int) -> dict[int, str]:
        return await self.of(land).load_fingerprints(land, low, high)

    async def fetch(self, land: Land, after: int, limit: int) -> Sequence[Event[str]]:
        return await self.of(land).fetch(land, after, limit)

    async def hold(self, land: Land, reason: str) -> None:
        await self.of(land).hold(land, reason)

    async def bury(self, letters: list[DeadLetter]) -> None:
        async with transaction(self.database) as tx:
            await insert_dead_letters(tx, letters)


def forged(event: bytes, **changes: Any) -> bytes:
    """An event whose entry says something else, under a hash that fits it."""
    document = orjson.loads(event)["data"] | changes
    return entry_event(document | {"hash": hash_of(document)})
