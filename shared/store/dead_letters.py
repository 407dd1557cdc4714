"""Records that were refused at the edge, each kept once with its bytes and reason."""

import hashlib
from dataclasses import astuple, dataclass

from shared.postgres import Connection

INSERT = """
    INSERT INTO dead_letters
        (topic, partition, log_offset, reason, detail, key, value, headers, digest)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One refused record: place, reason (a code), detail (a sentence), bytes as they were."""

    topic: str
    partition: int
    log_offset: int
    reason: str
    detail: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, str | None], ...]

    @property
    def digest(self) -> str:
        """SHA-256 of key and value, to tell two records at one place apart."""
        return hashlib.sha256(repr((self.key, self.value)).encode()).hexdigest()


async def insert_dead_letters(tx: Connection, letters: list[DeadLetter]) -> None:
    """Keep each letter; the same record again is kept once."""
    await tx.executemany(INSERT, [(*astuple(one), one.digest) for one in letters])
