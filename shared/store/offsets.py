"""Where to go on reading each partition: hints, for speed only."""

from shared.postgres import Connection

SET = """
    INSERT INTO offsets (topic, partition, next_offset) VALUES ($1, $2, $3)
    ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset
"""
LOAD = "SELECT partition, next_offset FROM offsets WHERE topic = $1"


async def set_offset(tx: Connection, topic: str, partition: int, next_offset: int) -> None:
    """Remember the place after the last record that was dealt with."""
    await tx.execute(SET, topic, partition, next_offset)


async def load_offsets(tx: Connection, topic: str) -> dict[int, int]:
    """The next offset by partition."""
    return {row["partition"]: row["next_offset"] for row in await tx.fetch(LOAD, topic)}
