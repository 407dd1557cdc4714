"""What the relay remembers: the last record that it published of every Land."""

from dataclasses import astuple, dataclass

from shared.codes import Land
from shared.postgres import Connection

LOAD = "SELECT land, sequence, event, cluster, log_offset FROM relay_positions"
SET = """
    INSERT INTO relay_positions (land, sequence, event, cluster, log_offset)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (land) DO UPDATE
       SET sequence = excluded.sequence, event = excluded.event,
           cluster = excluded.cluster, log_offset = excluded.log_offset
"""
LOCK = "SELECT pg_try_advisory_lock(hashtext('relay ' || current_schema()))"


@dataclass(frozen=True, slots=True)
class Published:
    """The last record of a Land on the topic; `event` is its digest, to know it again."""

    land: Land
    sequence: int
    event: str
    cluster: str
    log_offset: int


async def try_lead(tx: Connection) -> bool:
    """True when this connection is now the one relay of its service; held until it closes."""
    return bool(await tx.fetchval(LOCK))


async def load_published(tx: Connection) -> dict[Land, Published]:
    """Every Land that was ever published."""
    return {row["land"]: Published(**dict(row)) for row in await tx.fetch(LOAD)}


async def set_published(tx: Connection, at: Published) -> None:
    """Remember the last record of a Land."""
    await tx.execute(SET, *astuple(at))
