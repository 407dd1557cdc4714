"""How far each Land's crossings were applied."""

from dataclasses import dataclass

from shared.codes import Land
from shared.postgres import Connection


@dataclass(frozen=True, slots=True)
class Position:
    """The last applied crossing of a Land; `held` says why nothing more is applied."""

    sequence: int
    fingerprint: str
    held: str | None


START = Position(0, "", None)

LOAD = "SELECT sequence, fingerprint, held FROM positions WHERE land = $1"


async def load_position(tx: Connection, land: Land) -> Position:
    """The position of a Land; START before its first crossing."""
    row = await tx.fetchrow(LOAD, land)
    return Position(**dict(row)) if row else START


# Only the owner that applied everything so far may go on: a zombie's update touches no row.
ADVANCE = """
    INSERT INTO positions (land, sequence, fingerprint) VALUES ($1, $3, $4)
    ON CONFLICT (land) DO UPDATE
       SET sequence = excluded.sequence, fingerprint = excluded.fingerprint
     WHERE positions.sequence = $2 AND positions.held IS NULL
"""


async def try_advance(
    tx: Connection, land: Land, seen: int, reached: int, fingerprint: str
) -> bool:
    """Move a Land's position on from what was seen; False when it is not there any more."""
    return await tx.execute(ADVANCE, land, seen, reached, fingerprint) == "INSERT 0 1"


HOLD = """
    INSERT INTO positions (land, sequence, fingerprint, held) VALUES ($1, 0, '', $2)
    ON CONFLICT (land) DO UPDATE SET held = excluded.held
"""


async def set_held(tx: Connection, land: Land, reason: str) -> None:
    """Stop a Land, and say why."""
    await tx.execute(HOLD, land, reason)
