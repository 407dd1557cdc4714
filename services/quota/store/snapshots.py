"""A Land's counts at some places of its past, so that any other is near one of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from services.quota.domain.counts import Counts, Position
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
    "ON CONFLICT DO NOTHING",
)
NEAREST = """
    SELECT sequence, definition, crossing, ledger_hash, counts FROM snapshots
     WHERE land = $1 AND (sequence, definition) <= ($2, $3)
     ORDER BY sequence DESC, definition DESC LIMIT 1
"""


class _Packed(NamedTuple):
    scale: str
    credited: dict[Ags, str]
    totals: dict[date, str]
    standings: dict[Ags, Standing]


_COUNTS = msgspec.json.Decoder(dict[str, _Packed])


def is_due(seen: Position, world: World) -> bool:
    """Whether a batch went over a multiple of so many entries; more of them for more units."""
    step = max(ENTRIES_BETWEEN, world.size)
    return world.position.sequence // step != seen.sequence // step


async def insert_snapshot(
    tx: Connection, land: Land, position: Position, counts: Mapping[QuotaCode, Counts]
) -> None:
    """Keep all counts of a Land at a position."""
    await insert(tx, SNAPSHOTS, [row_of(land, position, counts)])


def row_of(land: Land, position: Position, counts: Mapping[QuotaCode, Counts]) -> Sequence[Any]:
    """All counts of a Land at a position, as their table has them."""
    packed = {quota: _pack(each) for quota, each in counts.items()}
    return land, *position[:4], msgspec.json.encode(packed)


async def load_snapshot(
    tx: Connection, land: Land, sequence: int, definition: int
) -> tuple[Position, Mapping[QuotaCode, Counts]]:
    """The last one at or before a place; the empty beginning where there is none."""
    row = await tx.fetchrow(NEAREST, land, sequence, definition)
    if row is None:
        return Position(), {}
    packed = _COUNTS.decode(row["counts"])
    return Position(*row[:4]), {QuotaCode(quota): _unpack(each) for quota, each in packed.items()}


def _pack(counts: Counts) -> _Packed:
    """Numbers as text: with many denominators they outgrow what JSON readers promise."""
    return _Packed(
        str(counts.scale),
        {unit: str(parts) for unit, parts in counts.credited.items()},
        {starts: str(parts) for starts, parts in counts.totals.items()},
        dict(counts.standings),
    )


def _unpack(packed: _Packed) -> Counts:
    return Counts(
        int(packed.scale),
        {unit: int(parts) for unit, parts in packed.credited.items()},
        {starts: int(parts) for starts, parts in packed.totals.items()},
        packed.standings,
    )
