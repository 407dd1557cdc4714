"""API keys, each known by a keyed digest: whoever reads the table can't come in."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from asyncpg import Record

from services.admissions.domain.api_key import ApiKey, Scope
from shared.postgres import Connection

INSERT = """
    INSERT INTO api_keys (id, unit, label, scopes, made_by, made_at, expires_at, digest)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def insert_api_key(tx: Connection, key: ApiKey, digest: bytes) -> None:
    """Keep a new key."""
    await tx.execute(
        INSERT,
        *(key.id, key.unit, key.label, key.scopes, key.made_by, key.made_at, key.expires_at),
        digest,
    )


LOAD_BY_DIGEST = "SELECT * FROM api_keys WHERE digest = ANY($1)"


async def load_by_digest(tx: Connection, digests: Sequence[bytes]) -> ApiKey | None:
    """The key that has one of these digests."""
    row = await tx.fetchrow(LOAD_BY_DIGEST, digests)
    return _key(row) if row else None


LOAD = "SELECT * FROM api_keys WHERE id = $1"


async def load_api_key(tx: Connection, key: str) -> ApiKey | None:
    """One key."""
    row = await tx.fetchrow(LOAD, key)
    return _key(row) if row else None


LIST = """
    SELECT * FROM api_keys
     WHERE left(unit, 2) = ANY($1) AND id < $2
     ORDER BY id DESC LIMIT $3
"""


async def list_api_keys(
    tx: Connection, lands: Collection[str], before: str, limit: int
) -> list[ApiKey]:
    """The keys for units of these Lands, newest first, revoked and expired ones too."""
    return [_key(row) for row in await tx.fetch(LIST, list(lands), before, limit)]


REVOKE = "UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL"


async def revoke_api_key(tx: Connection, key: str, moment: datetime) -> None:
    """From the commit on it opens nothing; the first revocation stays."""
    await tx.execute(REVOKE, key, moment)


SET_USES = """
    UPDATE api_keys AS k SET last_used_at = used.at
      FROM unnest($1::uuid[], $2::timestamptz[]) AS used (id, at)
     WHERE k.id = used.id AND (k.last_used_at IS NULL OR k.last_used_at < used.at)
"""


async def set_last_uses(tx: Connection, uses: Mapping[str, datetime]) -> None:
    """Keep when keys were last used; an earlier time changes nothing."""
    await tx.execute(SET_USES, list(uses), list(uses.values()))


def _key(row: Record) -> ApiKey:
    facts = {name: row[name] for name in ApiKey.__dataclass_fields__}
    return ApiKey(**facts | {"id": str(row["id"]), "scopes": tuple(map(Scope, row["scopes"]))})
