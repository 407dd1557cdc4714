"""The numbers of a Land's quotas as they are stored: a snapshot, and what changed after it."""

from collections.abc import AsyncIterator, Mapping

import orjson
import pytest
import pytest_asyncio

from deploy.migrations import migrate
from services.quota.domain.counts import Counts, Position
from services.quota.store.counts import insert_changes, load_counts
from services.quota.store.positions import load_position
from services.quota.store.snapshots import ENTRIES_BETWEEN
from services.quota.store.worlds import load_world
from shared.codes import Land, QuotaCode
from shared.postgres import Connection, connect
from tests.integration.quota.conftest import QuotaInTest
from tests.integration.quota.ledgers import LAND, posting
from tests.integration.servers import OwnDatabase
from tests.integration.shared.rows import QUOTA

pytestmark = pytest.mark.asyncio
OTHER, REGULAR = Land("02"), QuotaCode("sh-regular")
MIGRATIONS = [
    f"services/quota/migrations/{name}.sql" for name in ("0012_reach", "0014_count_changes")
]
BEFORE = """
    CREATE TABLE scales (quota text PRIMARY KEY, scale numeric NOT NULL);
    CREATE TABLE unit_counts (
        quota text NOT NULL REFERENCES scales, unit text NOT NULL,
        credited numeric NOT NULL, standing text NOT NULL, PRIMARY KEY (quota, unit));
    CREATE TABLE stretch_totals (
        quota text NOT NULL REFERENCES scales, starts date NOT NULL, total numeric NOT NULL,
        PRIMARY KEY (quota, starts));
"""


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
    async with quota.database.acquire() as tx:
        await insert_changes(tx, OTHER, Position(1), {})
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
    assert await quota.sequence() == 3


async def test_what_was_a_row_for_each_unit_is_gone_on_from(
    quota: QuotaInTest, database: OwnDatabase, owner: Connection
) -> None:
    await take_one_by_one(quota, 3)
    right = await counts(quota)
    await owner.execute("DROP TABLE count_changes")
    await owner.execute(BEFORE)
    await write_as_before(owner, right)
    for table in ("positions", *QUOTA.keys() - {"count_changes", "day_snapshots"}):
        await owner.execute(f"DROP POLICY of_lands ON {table}")
    await owner.execute("DELETE FROM migrations WHERE name = ANY($1)", MIGRATIONS)
    assert await migrate(database.admin_url, "quota") == MIGRATIONS
    assert await counts(quota) == right
    assert await changes(quota) == [("01", 3)]
    await take_one_by_one(quota, 1)
    assert await quota.sequence() == 4


async def write_as_before(owner: Connection, counts: Mapping[QuotaCode, Counts]) -> None:
    for quota, each in counts.items():
        await owner.execute("INSERT INTO scales VALUES ($1, $2)", quota, each.scale)
        units = [
            (quota, unit, parts, each.standings[unit]) for unit, parts in each.credited.items()
        ]
        await owner.executemany("INSERT INTO unit_counts VALUES ($1, $2, $3, $4)", units)
        totals = [(quota, *total) for total in each.totals.items()]
        await owner.executemany("INSERT INTO stretch_totals VALUES ($1, $2, $3)", totals)
