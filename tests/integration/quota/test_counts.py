"""The numbers of a Land's quotas as they are stored: a snapshot, and what changed after it."""

import secrets
from collections.abc import AsyncIterator, Mapping
from datetime import date

import orjson
import pytest
import pytest_asyncio
from asyncpg import RaiseError

from deploy.migrations import migrate
from services.quota.domain.counts import Counts
from services.quota.domain.world import MOST_CHANGES, World
from services.quota.store.counts import load_counts
from services.quota.store.positions import load_position
from services.quota.store.snapshots import ENTRIES_BETWEEN, pack, unpack
from services.quota.store.worlds import Step, load_world, save, save_free, step_of
from shared.clock import now
from shared.codes import Ags, Land, QuotaCode, Standing
from shared.postgres import Connection, OwnershipLost, connect
from tests.integration.quota.conftest import QuotaInTest
from tests.integration.quota.ledgers import LAND, posting
from tests.integration.servers import OwnDatabase

pytestmark = pytest.mark.asyncio
OTHER, REGULAR = Land("02"), QuotaCode("sh-regular")
MIGRATION = "services/quota/migrations/0014_count_changes.sql"
FORMER = {
    "scales": "scale numeric",
    "unit_counts": "unit text, credited numeric, standing text",
    "stretch_totals": "starts date, total numeric",
}
READ = """
    SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint
      FROM pg_stat_xact_user_tables WHERE relname = 'count_changes'
"""
OF_MANY_PARTS = Counts(
    2**70, {Ags("02000"): -(2**65)}, {date.min: 2**99}, {Ags("02000"): Standing.UNDER}
)


async def counts(quota: QuotaInTest) -> dict[QuotaCode, Counts]:
    async with quota.database.acquire() as tx:
        return await load_counts(tx, LAND, await load_position(tx, LAND))


async def changes(quota: QuotaInTest) -> list[tuple[str, int]]:
    """Land and sequence of every step of which changes are kept."""
    rows = await quota.database.fetch("SELECT land, sequence FROM count_changes ORDER BY 1, 2")
    return [(row["land"], row["sequence"]) for row in rows]


async def take_one_by_one(quota: QuotaInTest, count: int) -> None:
    owner = quota.owner()
    for _ in range(count):
        await owner.take([quota.ledger.record()])


async def test_each_step_keeps_what_it_changed(quota: QuotaInTest) -> None:
    await take_one_by_one(quota, 3)
    assert await changes(quota) == [("01", 1), ("01", 2), ("01", 3)]
    step_by_step = await counts(quota)
    async with quota.database.acquire() as tx:
        world = await load_world(tx, LAND)
    assert world.counts() == step_by_step
    assert sum(step_by_step[REGULAR].credited.values()) > 0


async def test_a_snapshot_takes_the_place_of_all_changes_of_its_land(quota: QuotaInTest) -> None:
    await quota.database.execute("INSERT INTO count_changes VALUES ('02', 1, 0, '{}')")
    owner = quota.owner()
    await owner.take([quota.ledger.record()])
    await owner.take([quota.ledger.record() for _ in range(ENTRIES_BETWEEN - 2)])
    assert await changes(quota) == [("01", 1), ("01", 999), ("02", 1)]
    await owner.take([quota.ledger.record(posting(persons=1))])
    assert await changes(quota) == [("02", 1)]
    await owner.take([quota.ledger.record(posting(persons=1))])
    assert await changes(quota) == [("01", 1001), ("02", 1)]
    regular = (await counts(quota))[REGULAR]
    assert sum(regular.credited.values()) == 3 * 999 + 2
    assert sum(regular.totals.values()) == 3 * 999 + 2


def next_step(world: World, quota: QuotaInTest) -> Step:
    """What counting one more entry moves."""
    seen, entry = world.position, quota.ledger.record().body
    assert entry is not None
    return step_of(world, seen, world.apply(entry), now(), [entry])


async def whole_step(quota: QuotaInTest) -> Step:
    """The step of an owner that kept so many changes that it is time for all counts."""
    async with quota.database.acquire() as tx:
        world = await load_world(tx, LAND)
    for _ in range(MOST_CHANGES):
        world.take_changes(whole=False)
    return next_step(world, quota)


async def snapshots(quota: QuotaInTest) -> int:
    return int(await quota.database.fetchval("SELECT count(*) FROM snapshots"))


async def test_after_so_many_changes_all_counts_take_their_place(quota: QuotaInTest) -> None:
    await take_one_by_one(quota, 2)
    before = await snapshots(quota)
    async with quota.database.acquire() as tx:
        await save(tx, await whole_step(quota))
    assert await changes(quota) == [("01", 3)]
    assert await snapshots(quota) == before
    assert sum((await counts(quota))[REGULAR].credited.values()) == 9


async def test_whoever_was_overtaken_takes_no_place(quota: QuotaInTest) -> None:
    await take_one_by_one(quota, 2)
    zombie = await whole_step(quota)
    await quota.owner().take([quota.ledger.event(3)])
    kept, right = await changes(quota), await counts(quota)
    async with quota.database.acquire() as tx:
        assert await save_free(tx, [zombie]) == set()
        with pytest.raises(OwnershipLost):
            await save(tx, zombie)
    assert await changes(quota) == kept == [("01", 1), ("01", 2), ("01", 3)]
    assert await counts(quota) == right


async def rows_read_by_next_step(tx: Connection, quota: QuotaInTest) -> int:
    step = next_step(await load_world(tx, LAND), quota)
    async with tx.transaction():
        before = await tx.fetchval(READ) or 0
        assert await save_free(tx, [step]) == {LAND}
        return int(await tx.fetchval(READ) or 0) - before


async def test_a_step_reads_nothing_of_other_changes(quota: QuotaInTest, owner: Connection) -> None:
    """Though it was planned when there were few, and PostgreSQL knows of no more."""
    await owner.execute("ALTER TABLE count_changes SET (autovacuum_enabled = off)")
    few = "INSERT INTO count_changes SELECT '02', n, 0, '{}' FROM generate_series(1, 5) AS n"
    await owner.execute(few)
    await owner.execute("ANALYZE count_changes")
    async with quota.database.acquire() as tx:
        for _ in range(6):
            await rows_read_by_next_step(tx, quota)
        await owner.execute(few.replace("1, 5", "6, 5000"))
        assert await rows_read_by_next_step(tx, quota) < 50


def as_a_list(counts: Mapping[QuotaCode, Counts]) -> bytes:
    """Counts as they were packed before: numbers as text."""
    return orjson.dumps(
        {
            quota: [
                str(each.scale),
                {unit: str(parts) for unit, parts in each.credited.items()},
                {starts.isoformat(): str(parts) for starts, parts in each.totals.items()},
                each.standings,
            ]
            for quota, each in counts.items()
        }
    )


@pytest_asyncio.fixture
async def owner(database: OwnDatabase) -> AsyncIterator[Connection]:
    """The owner of quota's tables."""
    tx = await connect(database.admin_url, None, "owner")
    try:
        await tx.execute("SET search_path = quota")
        yield tx
    finally:
        await tx.close()


async def test_what_was_packed_before_is_gone_on_from(
    quota: QuotaInTest, owner: Connection
) -> None:
    await take_one_by_one(quota, 2)
    right = await counts(quota)
    assert right
    await owner.execute("DELETE FROM count_changes")
    await owner.execute("UPDATE snapshots SET counts = $1", as_a_list(right))
    assert await counts(quota) == right
    await take_one_by_one(quota, 1)
    assert sum((await counts(quota))[REGULAR].credited.values()) == 9


@pytest_asyncio.fixture
async def plain(database: OwnDatabase, owner: Connection) -> AsyncIterator[str]:
    """Where to migrate as an owner of the tables who is bound by policies."""
    name = f"plain_{secrets.token_hex(4)}"
    await owner.execute(f"CREATE ROLE {name}; GRANT USAGE, CREATE ON SCHEMA quota TO {name}")
    for table in (*FORMER, "positions", "migrations"):
        await owner.execute(f"ALTER TABLE {table} OWNER TO {name}")
    await owner.execute(f"GRANT EXECUTE ON FUNCTION reach() TO {name}")
    yield f"{database.admin_url}?role={name}"
    await owner.execute(f"REASSIGN OWNED BY {name} TO CURRENT_USER; DROP OWNED BY {name}")
    await owner.execute(f"DROP ROLE {name}")


@pytest_asyncio.fixture
async def former(quota: QuotaInTest, owner: Connection) -> dict[QuotaCode, Counts]:
    """What is counted, stored as it was before; the counts of Land 01."""
    for persons in (3, -5, 2**40):
        await quota.owner().take([quota.ledger.record(posting(persons=persons))])
    right = await counts(quota)
    await owner.execute("DROP TABLE count_changes")
    await owner.execute("DELETE FROM migrations WHERE name = $1", MIGRATION)
    for name, columns in FORMER.items():
        await owner.execute(
            f"CREATE TABLE {name} (land text, quota text, {columns});"
            f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
            f"CREATE POLICY of_lands ON {name} USING (land = ANY((SELECT reach())::text[]))"
        )
    await write(owner, LAND, right)
    await write(owner, OTHER, {QuotaCode("of-many-parts"): OF_MANY_PARTS})
    return right


async def write(owner: Connection, land: Land, counts: Mapping[QuotaCode, Counts]) -> None:
    for quota, each in counts.items():
        of = land, quota
        await owner.execute("INSERT INTO scales VALUES ($1, $2, $3)", *of, each.scale)
        units = [(*of, unit, had, each.standings[unit]) for unit, had in each.credited.items()]
        await owner.executemany("INSERT INTO unit_counts VALUES ($1, $2, $3, $4, $5)", units)
        totals = [(*of, *total) for total in each.totals.items()]
        await owner.executemany("INSERT INTO stretch_totals VALUES ($1, $2, $3, $4)", totals)


async def test_what_was_a_row_for_each_unit_is_gone_on_from(
    quota: QuotaInTest, former: dict[QuotaCode, Counts], plain: str
) -> None:
    assert await migrate(plain, "quota") == [MIGRATION]
    assert await changes(quota) == [("01", 3), ("02", 0)]
    packed = await quota.database.fetchval("SELECT counts FROM count_changes WHERE land = '02'")
    assert unpack(packed) == {"of-many-parts": OF_MANY_PARTS}
    assert await counts(quota) == former
    await take_one_by_one(quota, 1)
    assert sum((await counts(quota))[REGULAR].credited.values()) == 2**40 + 1


@pytest.mark.usefixtures("former")
async def test_no_counts_are_dropped_that_were_not_packed(owner: Connection, plain: str) -> None:
    await owner.execute("UPDATE scales SET land = '99' WHERE quota = 'sh-regular'")
    with pytest.raises(RaiseError, match="no Land"):
        await migrate(plain, "quota")
    assert await owner.fetchval("SELECT count(*) FROM scales") == 3


async def test_numbers_have_as_many_digits_as_they_need() -> None:
    counts = {QuotaCode("of-many-parts"): OF_MANY_PARTS}
    assert unpack(pack(counts)) == unpack(as_a_list(counts)) == counts
