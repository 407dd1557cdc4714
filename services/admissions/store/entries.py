"""The ledger: appended to, and read in order."""

from collections.abc import AsyncIterator, Mapping, Sequence

from services.admissions.domain.entry import Document, Head
from services.admissions.domain.placement import Placement
from services.admissions.store.lands import move_end
from services.admissions.store.placements import put_placements
from shared.codes import Land, instant_text
from shared.postgres import Connection, Writing

PAGE = 1000

COLUMNS = """land, sequence, type, placement, recorded_at, corrects, reason, postings,
           previous_hash, hash"""

APPEND = f"""
    INSERT INTO entries ({COLUMNS})
    SELECT {COLUMNS} FROM json_populate_recordset(NULL::entries, $1)
"""  # noqa: S608  # made of constants

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
    writing: Writing, head: Head, entries: Sequence[Document], placements: Sequence[Placement]
) -> None:
    """Add sealed entries of a locked Land, move its end, and set how their placements stand."""
    await writing.execute(APPEND, entries)
    await move_end(writing, head)
    await put_placements(writing, placements)


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
