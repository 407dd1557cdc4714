"""Which files were imported: a digest each, never the file."""

from datetime import datetime

from shared.postgres import Connection

# Two at once with the same file: the second waits here, and then sees the first.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('import ' || $1, 0))"
LOAD = "SELECT imported_at FROM imports WHERE digest = $1"
INSERT = "INSERT INTO imports (digest, client, placements) VALUES ($1, $2, $3)"


async def load_import(tx: Connection, digest: str) -> datetime | None:
    """When a file with this digest was imported; others with it wait until this ends."""
    await tx.execute(LOCK, digest)
    found: datetime | None = await tx.fetchval(LOAD, digest)
    return found


async def insert_import(tx: Connection, digest: str, client: str, placements: int) -> None:
    """Remember an imported file."""
    await tx.execute(INSERT, digest, client, placements)
