"""A Land's world as a whole: loaded to go on from, saved by what changed."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from services.quota.domain.counts import Position
from services.quota.domain.crossings import Crossing
from services.quota.domain.definitions import Change, Definition
from services.quota.domain.postings import Entry
from services.quota.domain.world import World
from services.quota.store import counts as count_changes
from services.quota.store import crossings as crossing_rows
from services.quota.store import entries as entry_batches
from services.quota.store import snapshots
from services.quota.store.counts import load_counts
from services.quota.store.days import load_daily
from services.quota.store.definitions import insert_definition, list_definitions
from services.quota.store.positions import (
    ADVANCE,
    ADVANCE_FREE,
    MOVE,
    load_owned_position,
    lock_position,
)
from services.quota.store.rows import arrays_of, insert_where
from shared.codes import Land, QuotaCode
from shared.postgres import Connection, OwnershipLost

TABLES = (
    count_changes.COUNT_CHANGES,
    snapshots.SNAPSHOTS,
    crossing_rows.CROSSINGS,
    entry_batches.ENTRY_BATCHES,
)
SAVE = insert_where(ADVANCE, MOVE, TABLES, count_changes.FORGET)
SAVE_FREE = insert_where(ADVANCE_FREE, MOVE, TABLES, count_changes.FORGET)


class Step(NamedTuple):
    """How a Land moves on: its row of MOVE, its new rows of each of TABLES."""

    move: tuple[Any, ...]
    rows: tuple[Sequence[Sequence[Any]], ...]

    @property
    def land(self) -> Land:
        land: Land = self.move[0]
        return land

    @property
    def entries(self) -> int:
        """How many were counted."""
        return int(self.move[3] - self.move[1])


async def load_world(tx: Connection, land: Land) -> World:
    """Everything that was applied to a Land; raises LandHeld, or BooksDoNotBalance."""
    position = await load_owned_position(tx, land)
    definitions = await list_definitions(tx, land)
    return World.load(land, position, definitions, await load_counts(tx, land, position))


def step_of(
    world: World,
    seen: Position,
    crossings: Sequence[Crossing],
    found_at: datetime,
    entries: Sequence[Entry] = (),
) -> Step:
    """What moves a Land on from the position where it was seen; it can be asked for once."""
    land, is_due = world.land, snapshots.is_due(seen, world)
    position, counts, is_whole = world.take_changes(whole=is_due)
    return Step(
        (land, seen.sequence, seen.definition, *position, is_whole),
        (
            [count_changes.row_of(land, position, counts)] if counts and not is_due else [],
            [snapshots.row_of(land, position, counts)] if is_due else [],
            crossing_rows.rows_of(crossings, found_at),
            [entry_batches.row_of(land, entries)] if entries else [],
        ),
    )


async def save_free(tx: Connection, steps: Sequence[Step]) -> set[Land]:
    """Save by one statement what nobody else is changing; the Länder that moved."""
    return await _save(tx, SAVE_FREE, steps)


async def save(tx: Connection, step: Step) -> None:
    """Move a Land on by one statement, after whoever is changing it, or raise OwnershipLost."""
    if not await _save(tx, SAVE, [step]):
        raise OwnershipLost(f"Land {step.land} is no longer at {step.move[1:3]}")


async def _save(tx: Connection, statement: str, steps: Sequence[Step]) -> set[Land]:
    arrays = arrays_of(MOVE, [step.move for step in steps])
    for table, rows in zip(TABLES, zip(*(step.rows for step in steps), strict=True), strict=True):
        arrays += arrays_of(table.columns, chain.from_iterable(rows))
    return {row["land"] for row in await tx.fetch(statement, *arrays)}


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
    await save(tx, step_of(world, seen, crossings, recorded_at))
    return world


def next_definition(
    world: World, quota: QuotaCode, change: Change, recorded_at: datetime
) -> Definition:
    """A change as the next definition of its Land, applied after what was applied so far."""
    number, sequence = world.position.definition + 1, world.position.sequence
    return Definition(world.land, number, quota, sequence, recorded_at, change)
