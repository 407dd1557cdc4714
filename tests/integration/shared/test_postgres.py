"""Every wait on PostgreSQL has a limit, and wake-ups survive what cuts their connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
import pytest_asyncio

from deploy.migrations import MigrationChanged, migrate
from shared import postgres
from shared.postgres import Bell, Database, is_outage, snapshot, transaction
from tests.eventually import eventually
from tests.integration.servers import OwnDatabase

pytestmark = pytest.mark.asyncio
CUT_BELLS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = $1 AND application_name LIKE '% bell'
"""
LETTER = """
    INSERT INTO dead_letters (topic, partition, log_offset, digest, reason, detail, headers)
    VALUES ('t', 0, $1, 'd', 'r', 'd', '[]')
"""
COUNT = "SELECT count(*) FROM dead_letters"


@pytest_asyncio.fixture
async def pool(database: OwnDatabase) -> AsyncIterator[Database]:
    async with database.pool("quota", size=2) as pool:
        yield pool


async def test_every_session_has_its_limits(pool: Database) -> None:
    for name, limit in {
        "statement_timeout": "15s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "30s",
        "TimeZone": "UTC",
    }.items():
        assert await pool.fetchval("SELECT current_setting($1)", name) == limit


async def test_a_pool_that_is_used_up_is_an_outage_after_a_while(pool: Database) -> None:
    async with transaction(pool), transaction(pool):
        with pytest.raises(TimeoutError) as failure:
            async with pool.acquire(timeout=0.1):
                pass
    assert is_outage(failure.value)
    assert postgres.ACQUIRE_SECONDS <= 5


async def test_a_failure_rolls_back_and_leaves_the_connection_usable(pool: Database) -> None:
    async def write_twice(number: int) -> None:
        async with transaction(pool) as tx:
            await tx.execute(LETTER, number)
            await tx.execute(LETTER, number)

    for number in range(5):
        with pytest.raises(asyncpg.UniqueViolationError):
            await write_twice(number)
    assert await pool.fetchval(COUNT) == 0


async def test_a_cancelled_transaction_rolls_back(pool: Database) -> None:
    inside = asyncio.Event()

    async def write() -> None:
        async with transaction(pool) as tx:
            await tx.execute(LETTER, 1)
            inside.set()
            await tx.execute("SELECT pg_sleep(10)")

    writing = asyncio.create_task(write())
    await inside.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert await pool.fetchval(COUNT) == 0


async def test_a_transaction_left_open_is_not_handed_to_the_next(pool: Database) -> None:
    for number in range(3):
        async with pool.acquire() as tx:
            await tx.execute("BEGIN")
            await tx.execute(LETTER, number)
    async with pool.acquire() as first, pool.acquire() as second:
        for tx in (first, second):
            assert not tx.is_in_transaction()
            assert await tx.fetchval(COUNT) == 0


async def test_a_snapshot_sees_one_moment_and_changes_nothing(pool: Database) -> None:
    async with snapshot(pool) as tx:
        before = await tx.fetchval(COUNT)
        await pool.execute(LETTER, 1)
        assert await tx.fetchval(COUNT) == before
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await tx.execute(LETTER, 2)
    assert await pool.fetchval(COUNT) == before + 1


async def test_a_cut_connection_is_an_outage_and_the_pool_recovers(
    pool: Database, database: OwnDatabase
) -> None:
    admin = await asyncpg.connect(database.server.admin_url)

    async def write_until_cut() -> None:
        async with transaction(pool) as tx:
            pid = await tx.fetchval("SELECT pg_backend_pid()")
            await admin.execute("SELECT pg_terminate_backend($1)", pid)
            for number in range(1000):
                await tx.execute(LETTER, number)

    [failure] = await asyncio.gather(write_until_cut(), return_exceptions=True)
    await admin.close()
    assert failure
    assert is_outage(failure)

    async def answers() -> bool:
        return bool(await pool.fetchval(COUNT) == 0)

    await eventually(answers, within=5, because="the pool connects again")


@asynccontextmanager
async def ringing(database: OwnDatabase) -> AsyncIterator[tuple[Bell, Bell]]:
    """Two bells of one channel, as in two processes."""
    bells = [Bell(database.url("quota"), database.passwords["quota"], "t") for _ in range(2)]
    tasks = [asyncio.create_task(bell.run()) for bell in bells]
    yield bells[0], bells[1]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def hears(ringing: Bell, listening: Bell) -> bool:
    """Whether a ring here is heard there well before the next poll."""
    await listening.wait(0.01)
    ringing.ring()
    async with asyncio.timeout(1.0):
        await listening.wait(60.0)
    return True


async def test_a_ring_is_heard_by_every_process_also_after_a_cut(database: OwnDatabase) -> None:
    async with ringing(database) as (here, there):
        await eventually(lambda: hears(here, there), within=10, because="both are connected")
        admin = await asyncpg.connect(database.server.admin_url)
        assert len(await admin.fetch(CUT_BELLS, database.name)) == 2
        await admin.close()
        await eventually(lambda: hears(there, here), within=10, because="both connected again")


async def test_without_postgresql_a_ring_is_heard_at_home_and_the_poll_goes_on() -> None:
    bell = Bell("postgresql://quota@127.0.0.1:9/none", None, "t")
    listening = asyncio.create_task(bell.run())
    bell.ring()
    async with asyncio.timeout(5):
        await bell.wait(60.0)
        await bell.wait(0.05)
    assert not listening.done()
    listening.cancel()


async def test_migrations_are_applied_once_by_whoever_comes_first(database: OwnDatabase) -> None:
    again = await asyncio.gather(*(migrate(database.admin_url, "quota") for _ in range(4)))
    assert again == [[], [], [], []]


async def test_a_migration_that_reads_differently_now_is_refused(database: OwnDatabase) -> None:
    admin = await asyncpg.connect(database.admin_url)
    await admin.execute("UPDATE quota.migrations SET sha256 = 'x' WHERE name LIKE '%offsets%'")
    await admin.close()
    with pytest.raises(MigrationChanged, match="offsets"):
        await migrate(database.admin_url, "quota")
