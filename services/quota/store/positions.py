"""How far a Land is applied; whoever moves it owns the Land at that moment."""

import asyncpg

from services.quota.domain.counts import Position
from shared.codes import Land
from shared.postgres import Connection, LandHeld

LOAD = """
    SELECT sequence, definition, crossing, ledger_hash, rebuilds, held
      FROM positions WHERE land = $1
"""

# Only the owner that applied everything so far may go on: a zombie's update touches no row.
ADVANCE = """
    UPDATE positions
       SET sequence = $4, definition = $5, crossing = $6, ledger_hash = $7
     WHERE land = $1 AND sequence = $2 AND definition = $3 AND rebuilds = $8 AND held IS NULL
"""
LOCK = "SELECT FROM positions WHERE land = $1 FOR UPDATE"
HOLD = "UPDATE positions SET held = $2 WHERE land = $1"
HELD = "SELECT land, held FROM positions WHERE held IS NOT NULL ORDER BY land"


async def load_position(tx: Connection, land: Land) -> Position:
    """What was applied of a Land so far."""
    return Position(*(await _load(tx, land))[:5])


async def load_owned_position(tx: Connection, land: Land) -> Position:
    """The same to go on from; raises LandHeld while the Land waits for an operator."""
    row = await _load(tx, land)
    if row["held"] is not None:
        raise LandHeld(row["held"])
    return Position(*row[:5])


async def _load(tx: Connection, land: Land) -> asyncpg.Record:
    row = await tx.fetchrow(LOAD, land)
    if row is None:
        raise LookupError(f"Land {land} has no position: migrations make one for every Land")
    return row


async def lock_position(tx: Connection, land: Land) -> None:
    """Keep every other change of the Land waiting until this transaction ends."""
    await tx.execute(LOCK, land)


async def hold(tx: Connection, land: Land, reason: str) -> None:
    """Apply nothing more to the Land until an operator rebuilds it."""
    await tx.execute(HOLD, land, reason)


async def list_held(tx: Connection) -> dict[Land, str]:
    """The held Länder and why."""
    return {row["land"]: row["held"] for row in await tx.fetch(HELD)}
