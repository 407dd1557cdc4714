"""How placements stand: found by id, listed for units."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from asyncpg import Record

from services.admissions.domain.placement import Placement
from shared.codes import FIRST_DAY, Ags, EntryType
from shared.postgres import Connection, Writing

FIELDS = tuple(field.name for field in fields(Placement))
AFTER_ALL = "ffffffff-ffff-ffff-ffff-ffffffffffff"

COLUMNS = """id, land, sequence, status, unit, programme, persons, effective_on, reference,
           recorded_at, legs_before"""

LOAD = f"SELECT {COLUMNS} FROM placements WHERE id = $1"  # noqa: S608  # made of constants

LOCK = f"{LOAD} FOR UPDATE"

# Newest first: what is recorded while somebody turns pages comes before the first page.
LIST = f"""
    SELECT {COLUMNS} FROM placements
     WHERE units && $1::text[]
       AND ($2::text IS NULL OR programme = $2)
       AND effective_on BETWEEN $3 AND $4
       AND id < $5
       AND ($6::text IS NULL OR unit = $6)
     ORDER BY id DESC
     LIMIT $7
"""  # noqa: S608  # made of constants


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which placements to list: that ever were of these units, and are of one of them now."""

    units: Collection[str]
    unit: str | None = None
    programme: str | None = None
    effective_from: date | None = None
    effective_to: date | None = None


async def load_placement(tx: Connection, placement: str) -> Placement | None:
    """How a placement stands."""
    row = await tx.fetchrow(LOAD, placement)
    return _placement(row) if row else None


async def lock_placement(tx: Connection, placement: str) -> Placement | None:
    """How a placement stands until this transaction is over."""
    row = await tx.fetchrow(LOCK, placement)
    return _placement(row) if row else None


async def list_placements(
    tx: Connection, wanted: Wanted, before: str | None, limit: int
) -> list[Placement]:
    """The newest placements that came before one, newest first."""
    rows = await tx.fetch(
        LIST,
        list(wanted.units),
        wanted.programme,
        wanted.effective_from or FIRST_DAY,
        wanted.effective_to or date.max,
        before or AFTER_ALL,
        wanted.unit,
        limit,
    )
    return [_placement(row) for row in rows]


# One statement for one placement or a thousand, so that the Land is locked for a moment only.
PUT = f"""
    INSERT INTO placements ({COLUMNS}, units)
    SELECT {COLUMNS}, units FROM json_populate_recordset(NULL::placements, $1)
        ON CONFLICT (id) DO UPDATE
       SET sequence = excluded.sequence, status = excluded.status, unit = excluded.unit,
           programme = excluded.programme, persons = excluded.persons,
           effective_on = excluded.effective_on, legs_before = excluded.legs_before,
           units = excluded.units
"""  # noqa: S608  # made of constants


async def put_placements(writing: Writing, placements: Sequence[Placement]) -> None:
    """Keep how placements stand now, new ones and known ones."""
    await writing.execute(PUT, [_row_of(placement) for placement in placements])


def _row_of(placement: Placement) -> dict[str, Any]:
    """A placement as the JSON that a statement takes many of."""
    return {field: getattr(placement, field) for field in (*FIELDS, "units")}


def _placement(row: Record) -> Placement:
    known = dict(row)
    known["id"], known["status"] = str(known["id"]), EntryType(known["status"])
    legs = ((Ags(unit), date.fromisoformat(day)) for unit, day in known["legs_before"])
    known["legs_before"] = tuple(legs)
    return Placement(**known)
