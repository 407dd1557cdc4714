"""The inbox, the chained log and its head."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, NamedTuple

from audit.record import Record
from shared.codes import instant_text
from shared.postgres import Connection, Writes

PAGE = 1000
INSERT = """
    INSERT INTO audit_inbox (at, actor, roles, act, thing, outcome, reason, request)
    SELECT at, actor, roles, act, thing, outcome, reason, request
      FROM jsonb_to_recordset($1) AS given (at timestamptz, actor text, roles text[], act text,
           thing text, outcome text, reason text, request text)
"""
CHAIN = "SELECT chain_audit($1)"
READ_AFTER = """
    SELECT number, at, actor, roles, act, thing AS "on", outcome, reason, request, previous_hash,
           hash
      FROM audit_log
     WHERE number > $1
     ORDER BY number
     LIMIT $2
"""
LOAD_HEAD = "SELECT number, hash FROM audit_head"
LOAD_HASH = "SELECT hash FROM audit_log WHERE number = $1"
Document = dict[str, Any]


class Head(NamedTuple):
    """The last number and its hash; 0 and 64 zeros before the first."""

    number: int
    hash: str


async def insert_records(tx: Writes, records: Sequence[Record]) -> None:
    """Write down what the transaction does; it has a number within a second of the commit."""
    if records:
        await tx.execute(INSERT, [record.document() for record in records])


async def chain(tx: Connection) -> None:
    """Number all that was committed before; other writers wait until the caller commits."""
    while await tx.fetchval(CHAIN, PAGE) == PAGE:
        pass


async def load_head(tx: Connection) -> Head:
    """Where the log says that it ends."""
    row = await tx.fetchrow(LOAD_HEAD)
    return Head(*row) if row else Head(0, "")


async def is_there(tx: Connection, entry: Head) -> bool:
    """Whether an entry has the hash that it once had."""
    return entry.number == 0 or await tx.fetchval(LOAD_HASH, entry.number) == entry.hash


async def read_after(tx: Connection, number: int, limit: int) -> list[Document]:
    """The next entries in order, as the contract writes them."""
    rows = await tx.fetch(READ_AFTER, number, limit)
    return [{**row, "at": instant_text(row["at"])} for row in rows]


async def read_all(tx: Connection) -> AsyncIterator[list[Document]]:
    """The whole log in order, page by page."""
    number = 0
    while page := await read_after(tx, number, PAGE):
        yield page
        number = page[-1]["number"]
