"""What the relay remembers: the last record that it published of every Land."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from shared.codes import Land
from shared.postgres import Connection

LOAD = "SELECT land, sequence, event, cluster, log_offset FROM relay_positions"
SET = """
    INSERT INTO relay_positions (land, sequence, event, cluster, log_offset)
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[])
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


async def set_published(tx: Connection, lands: Sequence[Published]) -> None:
    """Remember the last record of each Land, none for none."""
    if lands:
        await tx.execute(SET, *map(list, zip(*map(astuple, lands), strict=True)))
