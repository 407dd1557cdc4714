"""Every crossing that was ever found."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

import asyncpg

from services.quota.domain.crossings import Crossing
from shared.codes import Cause, Land, QuotaCode, Standing
from shared.postgres import Connection

INSERT = """
    INSERT INTO crossings
        (land, sequence, quota, unit, before, after, credited, target, balance,
         cause, ledger_sequence, definition, found_at)
    SELECT *, $13::timestamptz FROM unnest(
        $1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[],
        $7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[], $12::bigint[])
"""
AFTER = """
    SELECT land, sequence, quota, unit, before, after, credited, target, balance,
           cause, ledger_sequence, definition, found_at
      FROM crossings WHERE land = $1 AND sequence > $2 ORDER BY sequence LIMIT $3
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
    if crossings:
        rows = ([*each[:6], *map(str, each[6:9]), *each[9:]] for each in crossings)
        await tx.execute(INSERT, *map(list, zip(*rows, strict=True)), found_at)


async def list_crossings_after(
    tx: Connection, land: Land, after: int, limit: int
) -> list[Crossing]:
    """A Land's crossings in sequence order."""
    return [_crossing(facts) for facts, _ in await list_written_after(tx, land, after, limit)]


async def list_written_after(tx: Connection, land: Land, after: int, limit: int) -> list[Written]:
    """The same to be shown: nothing is computed of them."""
    return [_written(row) for row in await tx.fetch(AFTER, land, after, limit)]


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
