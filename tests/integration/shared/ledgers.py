"""A source of numbered rows in a table of its own, and many who add to it at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg
import orjson

from shared.codes import Land
from shared.postgres import Connection, Database, transaction
from shared.relay import Outgoing
from tests.integration.servers import OwnDatabase

TABLES = """
    CREATE TABLE quota.heads (land text PRIMARY KEY, sequence bigint NOT NULL);
    CREATE TABLE quota.rows (
        land text NOT NULL, sequence bigint NOT NULL, writer int NOT NULL,
        PRIMARY KEY (land, sequence)
    );
    INSERT INTO quota.heads SELECT lpad(n::text, 2, '0'), 0 FROM generate_series(1, 16) AS n;
    GRANT SELECT, INSERT, UPDATE ON quota.heads, quota.rows TO quota;
"""
# The Land's row is locked first and gives the number: numbers follow the commits, without holes.
NUMBER = "UPDATE heads SET sequence = sequence + 1 WHERE land = $1 RETURNING sequence"
ADD = "INSERT INTO rows VALUES ($1, $2, $3)"
HEAD = "SELECT sequence FROM heads WHERE land = $1"
AFTER = "SELECT sequence FROM rows WHERE land = $1 AND sequence > $2 ORDER BY 1 LIMIT $3"


async def make_tables(database: OwnDatabase) -> None:
    tx = await asyncpg.connect(database.admin_url)
    try:
        await tx.execute(TABLES)
    finally:
        await tx.close()


async def add(database: Database, land: str, count: int, writer: int = 0) -> None:
    """Add rows one by one, each in a transaction of its own."""
    for _ in range(count):
        async with transaction(database) as tx:
            await tx.execute(ADD, land, await tx.fetchval(NUMBER, land), writer)


@dataclass
class Rows:
    """A Source: the rows of every Land, and whether their heads are announced."""

    announced: list[Land] = field(default_factory=list)
    has_heads: bool = False

    async def read_after(
        self, tx: Connection, seen: Mapping[Land, int], limit: int
    ) -> Sequence[Outgoing]:
        return [
            Outgoing(land, row["sequence"], self.value(land, row["sequence"]))
            for land, number in seen.items()
            for row in await tx.fetch(AFTER, land, number, limit)
        ]

    def value(self, land: Land, sequence: int, /) -> bytes:
        return orjson.dumps({"land": land, "sequence": sequence})

    async def announce(self, tx: Connection, land: Land, /) -> Outgoing | None:
        self.announced.append(land)
        return Outgoing(land, await load_head(tx, land), b"head") if self.has_heads else None


async def load_head(tx: Connection, land: Land) -> int:
    """The last number of a Land."""
    return int(await tx.fetchval(HEAD, land))
