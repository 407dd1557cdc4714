"""How far a Land is applied; whoever moves it owns the Land at that moment."""

import asyncpg

from services.quota.domain.counts import Position
from services.quota.store.rows import new_rows
from shared.codes import Land
from shared.postgres import Connection, LandHeld

LOAD = """
    SELECT sequence, definition, crossing, ledger_hash, rebuilds, held
      FROM positions WHERE land = $1
"""

MOVE = {
    "land": "text",
    "seen_sequence": "bigint",
    "seen_definition": "bigint",
    "sequence": "bigint",
    "definition": "bigint",
    "crossing": "bigint",
    "ledger_hash": "text",
    "rebuilds": "bigint",
    "is_whole": "boolean",
}
"""From where a Land was seen to where it is now, and whether its counts are written whole."""

# Only the owner that applied everything so far may go on: a zombie's update touches no row.
ADVANCE = f"""
    UPDATE positions AS old
       SET sequence = new.sequence, definition = new.definition, crossing = new.crossing,
           ledger_hash = new.ledger_hash
      FROM {new_rows(MOVE)}
     WHERE old.land = new.land AND old.sequence = new.seen_sequence
       AND old.definition = new.seen_definition AND old.rebuilds = new.rebuilds
       AND old.held IS NULL
"""  # noqa: S608  # names of ours
ADVANCE_FREE = f"""{ADVANCE}
       AND old.land IN
           (SELECT land FROM positions WHERE land = ANY($1) FOR NO KEY UPDATE SKIP LOCKED)
"""  # noqa: S608  # names of ours
"""The same, but nobody waits for a Land that somebody else is changing: it stays where it is."""
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
