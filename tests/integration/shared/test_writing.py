"""What is gathered is written as one question, all of it or nothing."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from shared.postgres import Connection, Database, Writing, transaction
from tests.integration.servers import OwnDatabase

pytestmark = pytest.mark.asyncio
LETTER = """
    INSERT INTO dead_letters (topic, partition, log_offset, digest, reason, detail, headers)
    VALUES ($2, 0, $1, 'd', 'r', 'd', '[]') RETURNING log_offset
"""
AFTER = """
    INSERT INTO dead_letters (topic, partition, log_offset, digest, reason, detail, headers)
    SELECT $1, 0, log_offset + $2, 'd', 'r', 'd', '[]' FROM first
"""


@pytest_asyncio.fixture
async def pool(database: OwnDatabase) -> AsyncIterator[Database]:
    async with database.pool("quota", size=2) as pool:
        yield pool


async def written(tx: "Connection | Database") -> list[tuple[str, int]]:
    rows = await tx.fetch("SELECT topic, log_offset FROM dead_letters ORDER BY log_offset")
    return [(row["topic"], row["log_offset"]) for row in rows]


async def test_each_statement_has_its_own_arguments_and_may_name_another(pool: Database) -> None:
    writing = Writing()
    await writing.execute(LETTER, 40, "a", name="first")
    await writing.execute(AFTER, "b", 2)
    await writing.execute(LETTER, 50, "c")
    async with transaction(pool) as tx:
        assert await written(tx) == []
        await writing.send(tx)
    assert await written(pool) == [("a", 40), ("b", 42), ("c", 50)]


async def test_eleven_arguments_are_not_taken_for_one(pool: Database) -> None:
    writing = Writing()
    for number in range(12):
        await writing.execute(LETTER, number, f"topic {number}")
    async with transaction(pool) as tx:
        await writing.send(tx)
    assert await written(pool) == [(f"topic {number}", number) for number in range(12)]


async def test_one_that_fails_leaves_nothing_of_the_others(pool: Database) -> None:
    writing = Writing()
    await writing.execute(LETTER, 1, "a")
    await writing.execute(LETTER, 1, "a")
    with pytest.raises(asyncpg.UniqueViolationError):
        async with transaction(pool) as tx:
            await writing.send(tx)
    assert await written(pool) == []


async def test_nothing_is_asked_for_nothing(pool: Database) -> None:
    async with transaction(pool) as tx:
        await Writing().send(tx)
    assert await written(pool) == []
