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


async def list_written_after(
    tx: Connection, land: Land, after: int, limit: int
) -> list[dict[str, Any]]:
    """The same by name, as they are stored: persons as text, an integer or a reduced fraction."""
    return [dict(row) for row in await tx.fetch(AFTER, land, after, limit)]


async def list_crossings_of_quota(
    tx: Connection, quota: QuotaCode, after: int, limit: int
) -> list[Found]:
    """One quota's crossings in sequence order; the numbers of others are left out."""
    return [_found(row) for row in await tx.fetch(OF_QUOTA, quota, after, limit)]


async def load_heads(tx: Connection) -> dict[Land, int]:
    """The last crossing's number of every Land that has any."""
    return {row["land"]: row["crossing"] for row in await tx.fetch(HEADS)}


def _found(row: asyncpg.Record) -> Found:
    land, sequence, quota, unit, before, after, *amounts, cause, ledger, definition, at = row
    credited, target, balance = map(_persons, amounts)
    crossing = Crossing(
        land=land,
        sequence=sequence,
        quota=quota,
        unit=unit,
        before=Standing(before),
        after=Standing(after),
        credited=credited,
        target=target,
        balance=balance,
        cause=Cause(cause),
        ledger_sequence=ledger,
        definition=definition,
    )
    return crossing, at


def _persons(written: str) -> Fraction:
    """A reduced fraction as it was written; Fraction's own reading takes three times as long."""
    return Fraction(*map(int, written.split("/")))
