"""First answers of accepted requests, kept for a month."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from access.reach import Reach, array_of
from shared.postgres import Connection, Writes

# What the transaction reaches is said on the way, which saves a question of its own.
LOCK = """
    SELECT pg_try_advisory_xact_lock(hashtextextended(place, 0)),
           set_config('hafenlotse.clients', $2::text[]::text, true),
           set_config('hafenlotse.reach', $3, true)
      FROM unnest($1::text[]) WITH ORDINALITY AS places (place, number)
     ORDER BY number
"""
# LATERAL and LIMIT keep it on the index, whatever is believed of a table that grows fast.
LOAD = """
    SELECT kept.body_digest, kept.status, kept.headers, kept.body
      FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY
           AS asked (client, target, key, number)
      LEFT JOIN LATERAL (
           SELECT body_digest, status, headers, body FROM idempotency_keys AS k
            WHERE k.client = asked.client AND k.target = asked.target AND k.key = asked.key
            LIMIT 1) AS kept ON true
     ORDER BY number
"""
INSERT = """
    INSERT INTO idempotency_keys (client, target, key, body_digest, status, headers, body)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::smallint[],
                         $6::jsonb[], $7::bytea[])
"""
SWEEP = "DELETE FROM idempotency_keys WHERE answered_at < now() - interval '31 days'"


class KeyPlace(NamedTuple):
    """What a key is the name of: one request of a client to a target."""

    client: str
    target: str
    key: str


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


async def try_lock_keys(tx: Connection, places: Sequence[KeyPlace], reach: Reach) -> list[bool]:
    """Where True, no other transaction works under this key; held until this one ends.

    From here on the transaction sees the answers to these clients, and what it reaches.
    """
    clients = list({place.client for place in places})
    rows = await tx.fetch(LOCK, ["\n".join(place) for place in places], clients, array_of(reach))
    return [row[0] for row in rows]


async def load_kept(tx: Connection, places: Sequence[KeyPlace]) -> list[Kept | None]:
    """The first answers under these keys; None where there is none yet."""
    rows = await tx.fetch(LOAD, *_columns(places))
    return [Kept(**dict(row)) if row["status"] else None for row in rows]


async def insert_kept(tx: Writes, answers: Mapping[KeyPlace, Kept]) -> None:
    """Keep first answers."""
    kept = list(answers.values())
    await tx.execute(
        INSERT,
        *_columns(list(answers)),
        [one.body_digest for one in kept],
        [one.status for one in kept],
        [one.headers for one in kept],
        [one.body for one in kept],
    )


def _columns(places: Sequence[KeyPlace]) -> tuple[list[str], list[str], list[str]]:
    return [at.client for at in places], [at.target for at in places], [at.key for at in places]


async def sweep_kept(tx: Connection) -> None:
    """Forget answers that are older than the promised time."""
    await tx.execute(SWEEP)
