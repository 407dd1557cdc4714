"""Who is told."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from services.notifications.domain.recipient import ChannelCode, Language, Recipient, Wish
from shared.codes import Land, Standing
from shared.postgres import Connection

INSERT = """
    INSERT INTO recipients
        (id, name, channel, address, quotas, standings, language, lands, secret, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""


async def insert_recipient(tx: Connection, recipient: Recipient) -> None:
    """Keep a new recipient."""
    wish = recipient.wish
    await tx.execute(
        INSERT,
        *(recipient.id, wish.name, wish.channel, wish.address, wish.quotas, wish.standings),
        *(wish.language, recipient.lands, recipient.secret, recipient.version),
    )


MARK_FIRST = "INSERT INTO first_recipients (name) VALUES ($1) ON CONFLICT DO NOTHING"


async def mark_first(tx: Connection, name: str) -> bool:
    """True once: whoever gets it makes the first recipients of this name."""
    return await tx.execute(MARK_FIRST, name) == "INSERT 0 1"


# The share keeps a recipient from being deleted until its new deliveries are committed.
SHARE = "SELECT * FROM recipients WHERE $1 = ANY(lands) ORDER BY number FOR KEY SHARE"


async def lock_of_land(tx: Connection, land: Land) -> list[Recipient]:
    """All recipients of a Land; none of them can be deleted before the transaction ends."""
    return [_recipient(row) for row in await tx.fetch(SHARE, land)]


LOCK = "SELECT * FROM recipients WHERE id = $1 AND lands <@ $2 FOR UPDATE"


async def lock_recipient(tx: Connection, recipient: UUID, lands: Sequence[str]) -> Recipient | None:
    """A recipient of no other than these Lands, locked until the transaction ends."""
    row = await tx.fetchrow(LOCK, recipient, lands)
    return _recipient(row) if row else None


LOAD = "SELECT * FROM recipients WHERE id = $1 AND lands <@ $2"


async def load_recipient(tx: Connection, recipient: UUID, lands: Sequence[str]) -> Recipient | None:
    """A recipient of no other than these Lands."""
    row = await tx.fetchrow(LOAD, recipient, lands)
    return _recipient(row) if row else None


LIST = """
    SELECT * FROM recipients WHERE lands <@ $1 AND number < $2 ORDER BY number DESC LIMIT $3
"""


async def list_recipients(
    tx: Connection, lands: Sequence[str], before: int, limit: int
) -> list[tuple[int, Recipient]]:
    """Newest first, below a number: those of no other than these Lands."""
    rows = await tx.fetch(LIST, lands, before, limit)
    return [(row["number"], _recipient(row)) for row in rows]


SET = """
    UPDATE recipients
       SET name = $2, address = $3, quotas = $4, standings = $5, language = $6, version = $7
     WHERE id = $1
"""


async def set_recipient(tx: Connection, changed: Recipient) -> None:
    """Keep a changed wish under its new version; the channel stays."""
    wish = changed.wish
    await tx.execute(
        SET,
        *(changed.id, wish.name, wish.address, wish.quotas, wish.standings),
        *(wish.language, changed.version),
    )


LOCK_SECRETS = "SELECT id, secret FROM recipients WHERE secret IS NOT NULL ORDER BY id FOR UPDATE"


async def lock_secrets(tx: Connection) -> dict[UUID, str]:
    """What is kept of every recipient's secret."""
    return {row["id"]: row["secret"] for row in await tx.fetch(LOCK_SECRETS)}


RESEAL = "UPDATE recipients SET secret = $2 WHERE id = $1 AND secret <> $2"


async def set_secret(tx: Connection, recipient: UUID, sealed: str) -> None:
    """Keep the same secret under another key; nothing else of the recipient changes."""
    await tx.execute(RESEAL, recipient, sealed)


DELETE = "DELETE FROM recipients WHERE id = $1"


async def delete_recipient(tx: Connection, recipient: UUID) -> None:
    """Forget a recipient, its address and its secret."""
    await tx.execute(DELETE, recipient)


LOAD_MANY = "SELECT * FROM recipients WHERE id = ANY($1)"


async def load_recipients(tx: Connection, ids: Sequence[UUID]) -> dict[UUID, Recipient]:
    """These recipients as they are now."""
    return {row["id"]: _recipient(row) for row in await tx.fetch(LOAD_MANY, ids)}


def _recipient(row: Record) -> Recipient:
    standings = row["standings"]
    return Recipient(
        id=row["id"],
        wish=Wish(
            name=row["name"],
            channel=ChannelCode(row["channel"]),
            address=row["address"],
            quotas=None if row["quotas"] is None else tuple(row["quotas"]),
            standings=None if standings is None else tuple(map(Standing, standings)),
            language=Language(row["language"]),
        ),
        lands=tuple(row["lands"]),
        secret=row["secret"],
        version=row["version"],
    )
