"""First answers of accepted requests, kept for a month."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from shared.postgres import Connection

LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))"
LOAD = """
    SELECT body_digest, status, headers, body FROM idempotency_keys
     WHERE client = $1 AND target = $2 AND key = $3
"""
INSERT = """
    INSERT INTO idempotency_keys (client, target, key, body_digest, status, headers, body)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
SWEEP = "DELETE FROM idempotency_keys WHERE answered_at < now() - interval '31 days'"


@dataclass(frozen=True, slots=True)
class Kept:
    """A first answer and the digest of the request that it answered."""

    body_digest: bytes
    status: int
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def of(cls, asked: bytes, status: int, headers: Mapping[str, str], body: bytes) -> "Kept":
        """The answer to a request's body."""
        return cls(hashlib.sha256(asked).digest(), status, headers, body)

    def answers(self, asked: bytes) -> bool:
        """Whether this was the answer to the same bytes."""
        return self.body_digest == hashlib.sha256(asked).digest()


async def try_lock_key(tx: Connection, client: str, target: str, key: str) -> bool:
    """True when no other transaction works under this key; held until this one ends."""
    return bool(await tx.fetchval(LOCK, f"{client}\n{target}\n{key}"))


async def load_kept(tx: Connection, client: str, target: str, key: str) -> Kept | None:
    """The first answer under a key of a client for a target."""
    row = await tx.fetchrow(LOAD, client, target, key)
    return Kept(**dict(row)) if row else None


async def insert_kept(tx: Connection, client: str, target: str, key: str, kept: Kept) -> None:
    """Keep a first answer."""
    await tx.execute(
        INSERT, client, target, key, kept.body_digest, kept.status, kept.headers, kept.body
    )


async def sweep_kept(tx: Connection) -> None:
    """Forget answers that are older than the promised time."""
    await tx.execute(SWEEP)
