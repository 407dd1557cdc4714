"""Quota's own copy of the ledger, one packed row for each applied batch."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

import orjson

from services.quota.domain.postings import Entry, Posting
from shared.codes import EntryType, Land
from shared.postgres import Connection

INSERT = """
    INSERT INTO entry_batches (land, first_sequence, last_sequence, entries)
    VALUES ($1, $2, $3, $4)
"""
BETWEEN = """
    SELECT entries FROM entry_batches
     WHERE land = $1 AND last_sequence >= $2 AND first_sequence <= $3
     ORDER BY last_sequence
"""


async def insert_batch(tx: Connection, land: Land, entries: Sequence[Entry]) -> None:
    """Keep the entries of one batch, in order."""
    packed = orjson.dumps([entry[1:] for entry in entries])
    await tx.execute(INSERT, land, entries[0].sequence, entries[-1].sequence, packed)


async def list_entries(tx: Connection, land: Land, low: int, high: int) -> list[Entry]:
    """The applied entries from number `low` to `high`, both included."""
    batches = [row["entries"] for row in await tx.fetch(BETWEEN, land, low, high)]
    return [
        entry
        for packed in batches
        for entry in _unpacked(land, packed)
        if low <= entry.sequence <= high
    ]


def _unpacked(land: Land, packed: bytes) -> Iterator[Entry]:
    for sequence, kind, placement, recorded_at, postings, *hashes in orjson.loads(packed):
        yield Entry(
            land,
            sequence,
            EntryType(kind),
            placement,
            datetime.fromisoformat(recorded_at),
            tuple(
                Posting(unit, programme, date.fromisoformat(day), persons)
                for unit, programme, day, persons in postings
            ),
            *hashes,
        )
