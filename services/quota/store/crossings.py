"""Every crossing that was ever found."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

import asyncpg

from services.quota.domain.crossings import Crossing
from services.quota.store.rows import Table, insert
from shared.codes import Cause, Land, QuotaCode, Standing
from shared.postgres import Connection

NUMBERS = ("sequence", "ledger_sequence", "definition")
CROSSINGS = Table(
    "crossings",
    {name: "bigint" if name in NUMBERS else "text" for name in Crossing._fields}
    | {"found_at": "timestamptz"},
)
AFTER = """
    SELECT crossing.*
      FROM unnest($1::text[], $2::bigint[]) AS seen (land, number)
           CROSS JOIN LATERAL (
               SELECT land, sequence, quota, unit, before, after, credited, target, balance,
                      cause, ledger_sequence, definition, found_at
                 FROM crossings
                WHERE land = seen.land AND sequence > seen.number
                ORDER BY sequence
                LIMIT $3
           ) AS crossing
     ORDER BY land, sequence
"""
OF_QUOTA = """
    SELECT land, sequence, quota, unit, before, after, credited, target, balance,
           cause, ledger_sequence, definition, found_at
      FROM crossings WHERE quota = $1 AND sequence > $2 ORDER BY sequence LIMIT $3
"""
HEADS = "SELECT land, crossing FROM positions WHERE crossing > 0 ORDER BY land"

Written = tuple[dict[str, Any], datetime]
"""A crossing's facts by name as they are stored, and when it was found.

Persons are text, an integer or a reduced fraction.
"""


async def insert_crossings(
    tx: Connection, crossings: Sequence[Crossing], found_at: datetime
) -> None:
    """Append crossings, numbered by their Land."""
    await insert(tx, CROSSINGS, rows_of(crossings, found_at))


def as_written(crossings: Iterable[Crossing], found_at: datetime) -> list[Written]:
    """Crossings as they can be read back; only their persons are not yet text."""
    return [(crossing._asdict(), found_at) for crossing in crossings]


def rows_of(crossings: Iterable[Crossing], found_at: datetime) -> list[Sequence[Any]]:
    """Crossings as their table has them."""
    return [(*each[:6], *map(str, each[6:9]), *each[9:], found_at) for each in crossings]


async def list_crossings_after(
    tx: Connection, land: Land, after: int, limit: int
) -> list[Crossing]:
    """A Land's crossings in sequence order."""
    return [_crossing(facts) for facts, _ in await list_written_after(tx, land, after, limit)]


async def list_written_after(tx: Connection, land: Land, after: int, limit: int) -> list[Written]:
    """The same to be shown: nothing is computed of them."""
    return await list_written_after_each(tx, {land: after}, limit)


async def list_written_after_each(
    tx: Connection, seen: Mapping[Land, int], limit: int
) -> list[Written]:
    """The same of several Länder, one after the other; at most so many of each."""
    rows = await tx.fetch(AFTER, list(seen), list(seen.values()), limit)
    return [_written(row) for row in rows]


async def list_written_of_quota(
    tx: Connection, quota: QuotaCode, after: int, limit: int
) -> list[Written]:
    """One quota's crossings in sequence order; the numbers of others are left out."""
    return [_written(row) for row in await tx.fetch(OF_QUOTA, quota, after, limit)]


async def load_heads(tx: Connection) -> dict[Land, int]:
    """The last crossing's number of every Land that has any."""
    return {row["land"]: row["crossing"] for row in await tx.fetch(HEADS)}


def _written(row: asyncpg.Record) -> Written:
    facts = dict(row)
    found_at: datetime = facts.pop("found_at")
    return facts, found_at


def _crossing(facts: dict[str, Any]) -> Crossing:
    facts |= {name: Fraction(facts[name]) for name in ("credited", "target", "balance")}
    facts |= {name: Standing(facts[name]) for name in ("before", "after")}
    return Crossing(**{**facts, "cause": Cause(facts["cause"])})
