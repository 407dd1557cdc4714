"""Quota's own copy of the ledger, one packed row for each applied batch."""

from collections.abc import Sequence

import msgspec

from services.quota.domain.postings import Entry
from shared.codes import Land
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

_PACKED = msgspec.json.Decoder(list[Entry])


async def insert_batch(tx: Connection, land: Land, entries: Sequence[Entry]) -> None:
    """Keep the entries of one batch, in order."""
    packed = msgspec.json.encode(entries)
    await tx.execute(INSERT, land, entries[0].sequence, entries[-1].sequence, packed)


async def list_entries(tx: Connection, land: Land, low: int, high: int) -> list[Entry]:
    """The applied entries from number `low` to `high`, both included."""
    batches = [_PACKED.decode(row["entries"]) for row in await tx.fetch(BETWEEN, land, low, high)]
    return [entry for batch in batches for entry in batch if low <= entry.sequence <= high]
