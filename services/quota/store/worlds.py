"""A Land's world as a whole: loaded to go on from, saved by what changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from services.quota.domain.counts import Position
from services.quota.domain.crossings import Crossing
from services.quota.domain.definitions import Change, Definition
from services.quota.domain.postings import Entry
from services.quota.domain.world import World
from services.quota.store import crossings as crossing_rows
from services.quota.store import entries as entry_batches
from services.quota.store import snapshots
from services.quota.store.counts import STRETCH_TOTALS, UNIT_COUNTS, load_counts, restate
from services.quota.store.days import load_daily
from services.quota.store.definitions import insert_definition, list_definitions
from services.quota.store.positions import ADVANCE, load_owned_position, lock_position
from services.quota.store.rows import insert_all_if
from shared.codes import Land, QuotaCode
from shared.postgres import Connection, OwnershipLost

TABLES = (
    UNIT_COUNTS,
    STRETCH_TOTALS,
    crossing_rows.CROSSINGS,
    entry_batches.ENTRY_BATCHES,
    snapshots.SNAPSHOTS,
)
SAVE = insert_all_if(ADVANCE, 8, TABLES)


async def load_world(tx: Connection, land: Land) -> World:
    """Everything that was applied to a Land; raises LandHeld, or BooksDoNotBalance."""
    position = await load_owned_position(tx, land)
    definitions = await list_definitions(tx, land)
    quotas = {definition.quota for definition in definitions}
    return World.load(land, position, definitions, await load_counts(tx, quotas))


async def save_world(
    tx: Connection,
    world: World,
    seen: Position,
    crossings: Sequence[Crossing],
    found_at: datetime,
    entries: Sequence[Entry] = (),
) -> None:
    """Move a Land on from the position where it was seen, or raise OwnershipLost.

    What entries changed is one statement, so it needs no transaction around it. Only definitions
    restate, which takes more of them, under the Land's lock.
    """
    land, changes = world.land, world.take_changes()
    await restate(tx, land, changes.restated)
    is_due = changes.restated or snapshots.is_due(seen, world)
    rows: Sequence[Iterable[Sequence[Any]]] = (
        [(land, *each) for each in changes.counts],
        [(land, *each) for each in changes.totals],
        crossing_rows.rows_of(crossings, found_at),
        [entry_batches.row_of(land, entries)] if entries else [],
        [snapshots.row_of(land, world.position, world.counts())] if is_due else [],
    )
    arrays = (array for table, of in zip(TABLES, rows, strict=True) for array in table.arrays(of))
    fence = land, seen.sequence, seen.definition, *changes.position
    if await tx.execute(SAVE, *fence, *arrays) != "SELECT 1":
        raise OwnershipLost(f"Land {land} is no longer at {seen}")


async def apply_changes(
    tx: Connection,
    land: Land,
    changes: Sequence[tuple[QuotaCode, Change]],
    recorded_at: datetime,
    actor: str,
) -> World:
    """Append changes to a Land's log of definitions, restate, cross; the world after them.

    The Land's row stays locked, so whatever the caller checked before still holds.
    """
    await lock_position(tx, land)
    world = await load_world(tx, land)
    seen, daily = world.position, await load_daily(tx, land)
    crossings: list[Crossing] = []
    for quota, change in changes:
        definition = next_definition(world, quota, change, recorded_at)
        await insert_definition(tx, definition, actor)
        crossings += world.define(definition, daily)
    await save_world(tx, world, seen, crossings, recorded_at)
    return world


def next_definition(
    world: World, quota: QuotaCode, change: Change, recorded_at: datetime
) -> Definition:
    """A change as the next definition of its Land, applied after what was applied so far."""
    number, sequence = world.position.definition + 1, world.position.sequence
    return Definition(world.land, number, quota, sequence, recorded_at, change)
