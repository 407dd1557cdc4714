"""Dead letters with what became of them: listed, looked at, and marked when they were re-driven."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from shared.postgres import Connection
from shared.store.dead_letters import DeadLetter

LIST = """
    SELECT letter.*, last.outcome, last.redriven_at, last.actor
      FROM dead_letters AS letter
      LEFT JOIN LATERAL (
           SELECT outcome, redriven_at, actor FROM redrives AS r
            WHERE r.dead_letter = letter.id ORDER BY number DESC LIMIT 1) AS last ON true
     WHERE ($1::integer IS NULL OR letter.partition = $1)
       AND ($2::bigint IS NULL OR letter.id = $2)
       AND letter.id < $3
       AND ($5 OR last.outcome IS NULL OR last.outcome IN ('refused', 'held'))
     ORDER BY letter.id DESC
     LIMIT $4
"""
COUNT = """
    SELECT count(*) FROM dead_letters AS letter
     WHERE NOT EXISTS (
           SELECT FROM redrives AS r
            WHERE r.dead_letter = letter.id AND r.outcome IN ('applied', 'known', 'skipped'))
"""
MARK = """
    INSERT INTO redrives (dead_letter, actor, outcome, detail) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING
"""
NEWEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Kept:
    """A dead letter with its number; `outcome` is that of its last re-drive, None before one."""

    id: int
    letter: DeadLetter
    arrived_at: datetime
    outcome: str | None
    redriven_at: datetime | None
    actor: str | None

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing left to re-drive."""
        return self.outcome in {"applied", "known", "skipped"}


async def list_letters(
    tx: Connection, partition: int | None, limit: int, *, settled: bool = False
) -> list[Kept]:
    """Newest first; those that were settled only if asked for."""
    return [_kept(row) for row in await tx.fetch(LIST, partition, None, NEWEST, limit, settled)]


async def load_letter(tx: Connection, number: int) -> Kept | None:
    """One dead letter by its number."""
    rows = await tx.fetch(LIST, None, number, NEWEST, 1, True)
    return _kept(rows[0]) if rows else None


async def count_waiting(tx: Connection) -> int:
    """How many were not settled yet."""
    return int(await tx.fetchval(COUNT))


async def insert_redrive(tx: Connection, number: int, actor: str, outcome: str, why: str) -> None:
    """Keep what became of a letter; a settled one stays as it is."""
    await tx.execute(MARK, number, actor, outcome, why)


def _kept(row: asyncpg.Record) -> Kept:
    return Kept(
        id=row["id"],
        letter=DeadLetter(
            topic=row["topic"],
            partition=row["partition"],
            log_offset=row["log_offset"],
            reason=row["reason"],
            detail=row["detail"],
            key=row["key"],
            value=row["value"],
            headers=tuple((name, value) for name, value in row["headers"]),
        ),
        arrived_at=row["arrived_at"],
        outcome=row["outcome"],
        redriven_at=row["redriven_at"],
        actor=row["actor"],
    )
