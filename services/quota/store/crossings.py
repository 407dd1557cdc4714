"""Every crossing that was ever found."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

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
AFTER = "SELECT * FROM crossings WHERE land = $1 AND sequence > $2 ORDER BY sequence LIMIT $3"
OF_QUOTA = """
    SELECT * FROM crossings WHERE quota = $1 AND sequence > $2 ORDER BY sequence LIMIT $3
"""
HEADS = "SELECT land, crossing FROM positions WHERE crossing > 0 ORDER BY land"

Found = tuple[Crossing, datetime]
"""A crossing and the instant at which it was found."""


async def insert_crossings(
    tx: Connection, crossings: Sequence[Crossing], found_at: datetime
) -> None:
    """Append crossings, numbered by their Land."""
    if crossings:
        rows = ([*each[:6], *map(str, each[6:9]), *each[9:]] for each in crossings)
        await tx.execute(INSERT, *map(list, zip(*rows, strict=True)), found_at)


async def list_crossings_after(tx: Connection, land: Land, after: int, limit: int) -> list[Found]:
    """A Land's crossings in sequence order."""
    return [_found(row) for row in await tx.fetch(AFTER, land, after, limit)]


async def list_crossings_of_quota(
    tx: Connection, quota: QuotaCode, after: int, limit: int
) -> list[Found]:
    """One quota's crossings in sequence order; the numbers of others are left out."""
    return [_found(row) for row in await tx.fetch(OF_QUOTA, quota, after, limit)]


async def load_heads(tx: Connection) -> dict[Land, int]:
    """The last crossing's number of every Land that has any."""
    return {row["land"]: row["crossing"] for row in await tx.fetch(HEADS)}


def _found(row: asyncpg.Record) -> Found:
    facts = {name: row[name] for name in Crossing._fields}
    facts |= {name: Fraction(facts[name]) for name in ("credited", "target", "balance")}
    facts |= {name: Standing(facts[name]) for name in ("before", "after")}
    return Crossing(**{**facts, "cause": Cause(facts["cause"])}), row["found_at"]
