"""The running numbers of a Land's quotas: the last snapshot, and what changed after it."""

from collections.abc import Sequence
from typing import Any

import msgspec

from services.quota.domain.counts import Counts, Position, QuotaCounts, changed_by
from services.quota.store.rows import Table
from services.quota.store.snapshots import load_snapshot, pack
from shared.codes import Land, QuotaCode
from shared.postgres import Connection

COUNT_CHANGES = Table(
    "count_changes",
    {"land": "text", "sequence": "bigint", "definition": "bigint", "counts": "bytea"},
)
# As one list, which is read in a third of the time of a thousand rows.
SINCE = """
    SELECT '['::bytea || string_agg(counts, ',' ORDER BY sequence, definition) || ']'::bytea
      FROM count_changes
     WHERE land = $1 AND (sequence, definition) > ($2, $3)
"""
FORGET = "DELETE FROM count_changes WHERE land IN (SELECT land FROM moved WHERE is_whole)"
"""What is written whole has all that changed before it: a part of the statement that writes it."""
_CHANGES = msgspec.json.Decoder(list[dict[QuotaCode, Counts]])


async def load_counts(tx: Connection, land: Land, position: Position) -> dict[QuotaCode, Counts]:
    """The numbers of all quotas of a Land that is at this position, read in the same moment."""
    kept, counts = await load_snapshot(tx, land, position.sequence, position.definition)
    changes = await tx.fetchval(SINCE, land, kept.sequence, kept.definition)
    return changed_by(counts, _CHANGES.decode(changes or b"[]"))


def row_of(land: Land, position: Position, counts: QuotaCounts) -> Sequence[Any]:
    """What changed up to a position, as its table has it."""
    return land, position.sequence, position.definition, pack(counts)
