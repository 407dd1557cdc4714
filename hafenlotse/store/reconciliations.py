"""What reconciliations of all Länder found, as numbers that stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.postgres import Connection

INSERT = """
    INSERT INTO reconciliations (begun_at, seconds, actor, lands, entries, different, by_check)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
LAST = """
    SELECT begun_at, seconds, actor, lands, entries, different, by_check
      FROM reconciliations ORDER BY number DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many entries were counted again; `by_check` has the checks that found differences."""

    begun_at: datetime
    seconds: float
    actor: str
    lands: int
    entries: int
    different: int
    by_check: Mapping[str, int]


async def insert_reconciled(tx: Connection, done: Reconciled) -> None:
    """Keep what was found."""
    await tx.execute(
        INSERT,
        done.begun_at,
        done.seconds,
        done.actor,
        done.lands,
        done.entries,
        done.different,
        dict(done.by_check),
    )


async def load_last_reconciled(tx: Connection) -> Reconciled | None:
    """The last one, None before the first."""
    row = await tx.fetchrow(LAST)
    return Reconciled(**dict(row)) if row else None
