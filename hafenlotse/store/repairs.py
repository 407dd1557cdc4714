"""Every rebuild of a Land: who, when, what was wrong."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from shared.codes import Land
from shared.postgres import Connection

INSERT = """
    INSERT INTO repairs (land, repaired_at, actor, sequence, definition, repaired, released,
                         founded, crossing, corrections)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
LIST = """
    SELECT land, repaired_at, actor, sequence, definition, repaired, released,
           founded, crossing, corrections
      FROM repairs WHERE $1::text IS NULL OR land = $1 ORDER BY number
"""


@dataclass(frozen=True, slots=True)
class Repair:
    """A Land was rebuilt up to an entry and a definition; `repaired` counts differences by check.

    The crossings above `founded` up to `crossing` were raised by what is not in the ledger and
    stay; `corrections` more were raised after them.
    """

    land: Land
    repaired_at: datetime
    actor: str
    sequence: int
    definition: int
    repaired: Mapping[str, int]
    released: str | None
    founded: int
    crossing: int
    corrections: int


async def insert_repair(tx: Connection, repair: Repair) -> None:
    """Keep what was done."""
    facts = asdict(repair)
    await tx.execute(INSERT, *facts.values())


async def list_repairs(tx: Connection, land: Land | None) -> list[Repair]:
    """All of a Land, or of any, oldest first."""
    return [Repair(**dict(row)) for row in await tx.fetch(LIST, land)]
