"""Who leads a relay, and how it is told to publish again."""

from dataclasses import dataclass
from datetime import datetime

from shared.codes import Land
from shared.postgres import Connection

# The key of the relay's lock is a number of 64 bits, shown in two halves.
LEADER = """
    SELECT l.pid, a.client_addr, a.backend_start
      FROM pg_locks AS l
      JOIN pg_stat_activity AS a USING (pid)
     WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND (l.classid::bigint << 32) | l.objid::bigint
           = hashtext('relay ' || current_schema())::bigint
"""
FORGET = """
    UPDATE relay_positions SET sequence = 0 WHERE $1::text IS NULL OR land = $1 RETURNING land
"""
# It loses its lead with its connection, and whoever leads next goes on from what is stored.
UNSEAT = "SELECT pg_terminate_backend($1, 5000)"


@dataclass(frozen=True, slots=True)
class Leader:
    """The one relay of a service that publishes: its connection to the database."""

    pid: int
    client: str
    since: datetime


async def load_leader(tx: Connection) -> Leader | None:
    """The relay that leads now, None while nobody does."""
    row = await tx.fetchrow(LEADER)
    return Leader(row["pid"], str(row["client_addr"]), row["backend_start"]) if row else None


async def forget_published(tx: Connection, land: Land | None) -> list[Land]:
    """Nothing of a Land, or of any, counts as published once this transaction ends; which Länder.

    The leader would write over that what it remembers, so it is unseated before the end.
    """
    forgotten = [Land(row["land"]) for row in await tx.fetch(FORGET, land)]
    leader = await load_leader(tx)
    if leader is not None:
        await tx.execute(UNSEAT, leader.pid)
    return forgotten
