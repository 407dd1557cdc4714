"""The ledger: appended to, and read in order."""

from collections.abc import AsyncIterator, Mapping, Sequence

from services.admissions.domain.entry import Document, Head
from services.admissions.domain.placement import Placement
from services.admissions.store.placements import row_of
from shared.codes import Land, instant_text
from shared.postgres import Connection

PAGE = 1000

# One statement for one entry or a thousand, so that the Land is locked for a moment only.
APPEND = """
    WITH appended AS (
        INSERT INTO entries
              (land, sequence, type, placement, recorded_at, corrects, reason, postings,
               previous_hash, hash)
        SELECT land, sequence, type, placement, recorded_at, corrects, reason, postings,
               previous_hash, hash
          FROM json_populate_recordset(NULL::entries, $5)
    ), moved AS (
        UPDATE lands SET sequence = $2, hash = $3, last_instant = $4 WHERE land = $1
    )
    INSERT INTO placements AS known
          (id, land, sequence, status, unit, programme, persons, effective_on, reference,
           recorded_at, legs_before, units)
    SELECT id, land, sequence, status, unit, programme, persons, effective_on, reference,
           recorded_at, legs_before, units
      FROM json_populate_recordset(NULL::placements, $6)
        ON CONFLICT (id) DO UPDATE
       SET sequence = excluded.sequence, status = excluded.status, unit = excluded.unit,
           programme = excluded.programme, persons = excluded.persons,
           effective_on = excluded.effective_on, legs_before = excluded.legs_before,
           units = excluded.units
"""

COLUMNS = """land, sequence, type, placement, recorded_at, corrects, reason, postings,
           previous_hash, hash"""

READ_AFTER = f"""
    SELECT entry.*
      FROM unnest($1::text[], $2::bigint[]) AS seen (land, number)
           CROSS JOIN LATERAL (
               SELECT {COLUMNS} FROM entries
                WHERE land = seen.land AND sequence > seen.number
                ORDER BY sequence
                LIMIT $3
           ) AS entry
     ORDER BY land, sequence
"""  # noqa: S608  # made of constants

LIST_OF_PLACEMENT = f"""
    SELECT {COLUMNS} FROM entries WHERE placement = $1 ORDER BY sequence
"""  # noqa: S608  # made of constants


async def append_entries(
    tx: Connection, head: Head, entries: Sequence[Document], placements: Sequence[Placement]
) -> None:
    """Add sealed entries of a locked Land, move its end, and set how their placements stand."""
    await tx.execute(
        APPEND,
        head.land,
        head.sequence,
        head.hash,
        head.last_instant,
        entries,
        [row_of(placement) for placement in placements],
    )


async def read_after(tx: Connection, land: Land, sequence: int, limit: int) -> list[Document]:
    """The next entries of a Land in order, at most so many."""
    return await read_after_each(tx, {land: sequence}, limit)


async def read_after_each(tx: Connection, seen: Mapping[Land, int], limit: int) -> list[Document]:
    """The same of several Länder, one after the other; at most so many of each."""
    rows = await tx.fetch(READ_AFTER, list(seen), list(seen.values()), limit)
    return [_document(dict(row)) for row in rows]


async def read_all(tx: Connection, land: Land) -> AsyncIterator[list[Document]]:
    """The whole ledger of a Land in order, page by page."""
    sequence = 0
    while page := await read_after(tx, land, sequence, PAGE):
        yield page
        sequence = page[-1]["sequence"]


async def list_entries(tx: Connection, placement: str) -> list[Document]:
    """The entries of one placement in order."""
    rows = await tx.fetch(LIST_OF_PLACEMENT, placement)
    return [_document(dict(row)) for row in rows]


def _document(row: Document) -> Document:
    row["placement"] = str(row["placement"])
    row["recorded_at"] = instant_text(row["recorded_at"])
    return row
