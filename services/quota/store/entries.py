"""Quota's own copy of the ledger, one packed row for each applied batch."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from services.quota.domain.postings import Entry
from shared.codes import Ags, EntryType, Land, Programme
from shared.postgres import Connection

INSERT = """
    INSERT INTO entry_batches (land, first_sequence, last_sequence, last_recorded_at, entries)
    VALUES ($1, $2, $3, $4, $5)
"""
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


class KeptPosting(msgspec.Struct, frozen=True, gc=False):
    """A posting as the ledger's owner wrote it."""

    unit: Ags
    programme: Programme
    effective_on: date
    persons: int


class KeptEntry(msgspec.Struct, frozen=True, gc=False):
    """What quota reads of an entry; the copy itself has all that was announced of it."""

    sequence: int
    type: EntryType
    placement: str
    recorded_at: datetime
    postings: tuple[KeptPosting, ...]
    hash: str


class _Posting(NamedTuple):
    unit: Ags
    programme: Programme
    effective_on: date
    persons: int


class _Entry(NamedTuple):
    """How rows were packed until quota kept entries as they came."""

    land: Land
    sequence: int
    type: EntryType
    placement: str
    recorded_at: datetime
    postings: tuple[_Posting, ...]
    previous_hash: str
    hash: str


_PACKED = msgspec.json.Decoder(list[KeptEntry | _Entry])


async def insert_batch(tx: Connection, land: Land, entries: Sequence[Entry]) -> None:
    """Keep the entries of one batch, in order, with every field that they have."""
    packed = msgspec.json.encode(entries)
    first, last = entries[0], entries[-1]
    await tx.execute(INSERT, land, first.sequence, last.sequence, last.recorded_at, packed)


async def list_entries(tx: Connection, land: Land, low: int, high: int) -> Sequence[Entry]:
    """The applied entries from number `low` to `high`, both included."""
    batches = [_PACKED.decode(row["entries"]) for row in await tx.fetch(BETWEEN, land, low, high)]
    return [entry for batch in batches for entry in batch if low <= entry.sequence <= high]


async def load_last_recorded_before(tx: Connection, land: Land, instant: datetime) -> int:
    """The last applied entry that was recorded at an instant or before it; 0 for none."""
    batch = await tx.fetchrow(FIRST_AFTER, land, instant)
    if batch is None:
        return int(await tx.fetchval(LAST, land) or 0)
    late = (each for each in _PACKED.decode(batch["entries"]) if each.recorded_at > instant)
    return next(late).sequence - 1
