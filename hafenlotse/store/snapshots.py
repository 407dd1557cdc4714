"""The places of the past at which quota kept all its counts."""

from shared.codes import Land
from shared.postgres import Connection

PLACES = "SELECT sequence, definition FROM snapshots WHERE land = $1"

Place = tuple[int, int]
"""After so many entries and so many definitions."""


async def list_places(tx: Connection, land: Land) -> set[Place]:
    """Every place of a Land that has a snapshot."""
    return {(row["sequence"], row["definition"]) for row in await tx.fetch(PLACES, land)}
