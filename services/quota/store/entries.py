"""Quota's own copy of the ledger, one packed row for each applied batch."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, datetime
from itertools import count, repeat
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar

import asyncpg
import msgspec

from services.quota.domain.postings import Entry, Posting
from services.quota.store.rows import Table, insert
from shared.codes import Ags, EntryType, Land, Programme
from shared.postgres import Connection

PAGE = 5000
ENTRY_BATCHES = Table(
    "entry_batches",
    {
        "land": "text",
        "first_sequence": "bigint",
        "last_sequence": "bigint",
        "last_recorded_at": "timestamptz",
        "entries": "bytea",
    },
)
FIRST_AFTER = """
    SELECT first_sequence, entries FROM entry_batches
     WHERE land = $1 AND last_recorded_at > $2
     ORDER BY last_recorded_at, last_sequence LIMIT 1
"""
LAST = "SELECT max(last_sequence) FROM entry_batches WHERE land = $1"
BETWEEN = """
    SELECT entries FROM entry_batches
     WHERE land = $1 AND last_sequence >= $2 AND first_sequence <= $3
     ORDER BY last_sequence
"""


PostingRow = tuple[Ags, Programme, date, int]
P = TypeVar("P")


class KeptPosting(NamedTuple):
    """A posting as quota keeps it."""

    unit: Ags
    programme: Programme
    effective_on: date
    persons: int


POSTING: Callable[[Posting], PostingRow] = attrgetter(*KeptPosting._fields)


class KeptEntry(NamedTuple):
    """What quota keeps of an entry."""

    land: Land
    sequence: int
    type: EntryType
    placement: str
    recorded_at: datetime
    postings: tuple[KeptPosting, ...]
    previous_hash: str
    hash: str


class Packed(msgspec.Struct, Generic[P], frozen=True):
    """The entries of a batch, column by column: half as long as one after the other.

    They are numbered from `first`; `previous_hash` is the one that the first follows.
    """

    land: Land
    first: int
    previous_hash: str
    types: list[EntryType]
    placements: list[str]
    recorded_at: list[datetime]
    postings: list[tuple[P, ...]]
    hashes: list[str]


_PACKED = msgspec.json.Decoder(Packed[KeptPosting] | list[KeptEntry])
"""A list is how batches were packed before."""


async def insert_batch(tx: Connection, land: Land, entries: Sequence[Entry]) -> None:
    """Keep the entries of one batch, in order."""
    await insert(tx, ENTRY_BATCHES, [row_of(land, entries)])


def row_of(land: Land, entries: Sequence[Entry]) -> Sequence[Any]:
    """The entries of one batch, in order, as their table has them."""
    first, last = entries[0], entries[-1]
    packed = msgspec.json.encode(_pack(entries))
    return land, first.sequence, last.sequence, last.recorded_at, packed


def _pack(entries: Sequence[Entry]) -> Packed[PostingRow]:
    return Packed(
        land=Land(entries[0].land),
        first=entries[0].sequence,
        previous_hash=entries[0].previous_hash,
        types=[each.type for each in entries],
        placements=[each.placement for each in entries],
        recorded_at=[each.recorded_at for each in entries],
        postings=[tuple(map(POSTING, each.postings)) for each in entries],
        hashes=[each.hash for each in entries],
    )


def kept(entry: Entry) -> KeptEntry:
    """An entry as it would be read back."""
    return KeptEntry(
        Land(entry.land),
        entry.sequence,
        entry.type,
        entry.placement,
        entry.recorded_at,
        tuple(KeptPosting(*POSTING(posting)) for posting in entry.postings),
        entry.previous_hash,
        entry.hash,
    )


def _unpack(row: asyncpg.Record) -> Sequence[KeptEntry]:
    packed = _PACKED.decode(row["entries"])
    if isinstance(packed, list):
        return packed
    return list(
        map(
            KeptEntry,
            repeat(packed.land),
            count(packed.first),
            packed.types,
            packed.placements,
            packed.recorded_at,
            packed.postings,
            [packed.previous_hash, *packed.hashes],
            packed.hashes,
        )
    )


async def list_entries(tx: Connection, land: Land, low: int, high: int) -> Sequence[Entry]:
    """The applied entries from number `low` to `high`, both included."""
    batches = map(_unpack, await tx.fetch(BETWEEN, land, low, high))
    return [entry for batch in batches for entry in batch if low <= entry.sequence <= high]


async def entries_between(
    tx: Connection, land: Land, after: int, until: int
) -> AsyncIterator[Entry]:
    """The applied entries above one number, up to another, in order."""
    for low in range(after + 1, until + 1, PAGE):
        for entry in await list_entries(tx, land, low, min(low + PAGE - 1, until)):
            yield entry


async def load_last_recorded_before(tx: Connection, land: Land, instant: datetime) -> int:
    """The last applied entry that was recorded at an instant or before it; 0 for none."""
    batch = await tx.fetchrow(FIRST_AFTER, land, instant)
    if batch is None:
        return int(await tx.fetchval(LAST, land) or 0)
    late = (each for each in _unpack(batch) if each.recorded_at > instant)
    return next(late).sequence - 1
