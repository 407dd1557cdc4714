"""Takes a Land over and writes anew what quota derived from the ledger."""

from collections.abc import Mapping
from datetime import date

from services.quota.domain.counts import Position
from shared.codes import Ags, Land, Programme
from shared.postgres import Connection

FORGET_COPIES = "DELETE FROM entry_batches WHERE land = $1"
FORGET_SNAPSHOTS = "DELETE FROM snapshots WHERE land = $1"
FORGET_CHANGES = "DELETE FROM count_changes WHERE land = $1"
FORGET_DAYS = "DELETE FROM day_snapshots WHERE land = $1"
SET_DAILY = """
    INSERT INTO daily_sums (land, unit, programme, effective_on, persons)
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::date[], $5::bigint[])
    ON CONFLICT (land, unit, programme, effective_on) DO UPDATE SET persons = excluded.persons
"""
# Whoever goes on from what was loaded before finds that the Land is no longer its own.
TAKE_OVER = """
    UPDATE positions
       SET sequence = $2, summed = $2, definition = $3, crossing = $4, ledger_hash = $5,
           held = NULL, rebuilds = rebuilds + 1
     WHERE land = $1
"""


async def forget_copies(tx: Connection, land: Land) -> None:
    """Drop quota's own copy of the ledger, its counts, and its days of the past.

    Days are kept again by the quota service, little by little.
    """
    await tx.execute(FORGET_COPIES, land)
    await tx.execute(FORGET_SNAPSHOTS, land)
    await tx.execute(FORGET_CHANGES, land)
    await tx.execute(FORGET_DAYS, land)


async def set_daily(
    tx: Connection, land: Land, daily: Mapping[tuple[Ags, Programme, date], int]
) -> None:
    """Write the people of these days, whatever was there."""
    if daily:
        places = list(map(list, zip(*daily, strict=True)))
        await tx.execute(SET_DAILY, land, *places, list(daily.values()))


async def take_over(tx: Connection, land: Land, position: Position) -> None:
    """Set where the Land is, and let it go on from there."""
    await tx.execute(TAKE_OVER, land, *position[:4])
