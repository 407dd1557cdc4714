"""A Land's counts at some places of its past, so that any other is near one of them."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from services.quota.domain.counts import Counts, Position, QuotaCounts
from services.quota.domain.world import World
from services.quota.store.rows import Table, insert
from shared.codes import Ags, Land, QuotaCode, Standing
from shared.postgres import Connection

ENTRIES_BETWEEN = 1000
SNAPSHOTS = Table(
    "snapshots",
    {
        "land": "text",
        "sequence": "bigint",
        "definition": "bigint",
        "crossing": "bigint",
        "ledger_hash": "text",
        "counts": "bytea",
    },
)
NEAREST = """
    SELECT sequence, definition, crossing, ledger_hash, counts FROM snapshots
     WHERE land = $1 AND (sequence, definition) <= ($2, $3)
     ORDER BY sequence DESC, definition DESC LIMIT 1
"""


class _PackedBefore(NamedTuple):
    """How counts were packed before: the same as a list, its numbers as text."""

    scale: int
    credited: dict[Ags, int]
    totals: dict[date, int]
    standings: dict[Ags, Standing]


_COUNTS = msgspec.json.Decoder(dict[QuotaCode, Counts | _PackedBefore], strict=False)


def is_due(seen: Position, world: World) -> bool:
    """After a definition, and after a multiple of so many entries; more of them for more units."""
    step, now = max(ENTRIES_BETWEEN, world.size), world.position
    return now.definition != seen.definition or now.sequence // step != seen.sequence // step


async def insert_snapshot(
    tx: Connection, land: Land, position: Position, counts: QuotaCounts
) -> None:
    """Keep all counts of a Land at a position."""
    await insert(tx, SNAPSHOTS, [row_of(land, position, counts)])


def row_of(land: Land, position: Position, counts: QuotaCounts) -> Sequence[Any]:
    """All counts of a Land at a position, as their table has them."""
    return land, *position[:4], pack(counts)


async def load_snapshot(
    tx: Connection, land: Land, sequence: int, definition: int
) -> tuple[Position, QuotaCounts]:
    """The last one at or before a place; the empty beginning where there is none."""
    row = await tx.fetchrow(NEAREST, land, sequence, definition)
    if row is None:
        return Position(), {}
    return Position(*row[:4]), unpack(row["counts"])


def pack(counts: QuotaCounts) -> bytes:
    """Counts as they are stored: JSON whose integers have as many digits as they need."""
    return msgspec.json.encode(counts)


def unpack(packed: bytes) -> QuotaCounts:
    """Counts as they were packed, now or before."""
    found = _COUNTS.decode(packed)
    return {quota: _counts(each) for quota, each in found.items()}


def _counts(packed: Counts | _PackedBefore) -> Counts:
    return Counts(*packed) if isinstance(packed, _PackedBefore) else packed
