"""The row of each Land: the end of its ledger, and the lock under which it grows."""

from datetime import datetime

from services.admissions.domain.entry import Head
from shared.codes import Land
from shared.postgres import Connection, Writing

# Everybody who adds to a Land's ledger waits here first, and takes clock and number after it.
# Locks are taken in this order: Idempotency-Key, placement, Länder by their codes.
LOCK = "SELECT land, sequence, hash, last_instant FROM lands WHERE land = $1 FOR UPDATE"

LOAD = "SELECT land, sequence, hash, last_instant FROM lands WHERE land = $1"

LOAD_BEGUN = "SELECT land, sequence FROM lands WHERE sequence > 0 ORDER BY land"

LOAD_LAST_PUBLISHED = "SELECT sequence FROM relay_positions WHERE land = $1"

# One statement is lock, reading and writing: what is recorded later has a later instant.
MOVE_CLOCK = """
    UPDATE lands
       SET last_instant = greatest(last_instant, $2)
     WHERE land = $1
    RETURNING land, sequence, hash, last_instant
"""


async def lock_land(tx: Connection, land: Land) -> Head:
    """The end of a Land's ledger, which stays the end until this transaction is over."""
    return Head(**dict(await tx.fetchrow(LOCK, land) or {}))


async def load_head(tx: Connection, land: Land) -> Head:
    """The end of a Land's ledger as this moment sees it."""
    return Head(**dict(await tx.fetchrow(LOAD, land) or {}))


async def load_sequences(tx: Connection) -> dict[Land, int]:
    """The last number of every Land that has entries."""
    return {row["land"]: row["sequence"] for row in await tx.fetch(LOAD_BEGUN)}


async def set_clock(tx: Connection, land: Land, clock: datetime) -> Head:
    """The end of a Land's ledger at an instant that no later entry is before."""
    return Head(**dict(await tx.fetchrow(MOVE_CLOCK, land, clock) or {}))


MOVE_END = "UPDATE lands SET sequence = $2, hash = $3, last_instant = $4 WHERE land = $1"


async def move_end(writing: Writing, head: Head) -> None:
    """A locked Land's ledger ends here now."""
    await writing.execute(MOVE_END, head.land, head.sequence, head.hash, head.last_instant)


async def load_last_published(tx: Connection, land: Land) -> int:
    """The number of the last entry that went on the topic; 0 before the first."""
    return int(await tx.fetchval(LOAD_LAST_PUBLISHED, land) or 0)
