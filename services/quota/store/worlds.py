"""A Land's world as a whole: loaded to go on from, saved by what changed."""

from collections.abc import Sequence
from datetime import datetime

from services.quota.domain.counts import Position
from services.quota.domain.crossings import Crossing
from services.quota.domain.definitions import Change, Definition
from services.quota.domain.world import World
from services.quota.store.counts import load_counts, save_counts
from services.quota.store.crossings import insert_crossings
from services.quota.store.days import load_daily
from services.quota.store.definitions import insert_definition, list_definitions
from services.quota.store.positions import advance, load_owned_position, lock_position
from services.quota.store.snapshots import insert_snapshot, is_due
from shared.codes import Land, QuotaCode
from shared.postgres import Connection


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
) -> None:
    """Move a Land on from the position where it was seen, or raise OwnershipLost."""
    changes = world.take_changes()
    await advance(tx, world.land, seen, changes.position)
    await save_counts(tx, changes)
    await insert_crossings(tx, crossings, found_at)
    if changes.restated or is_due(seen, world):
        await insert_snapshot(tx, world.land, world.position, world.counts())


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
