"""Any place of a Land's past: found by number or instant, and counted again up to there."""

from collections import deque
from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

from services.quota.domain.definitions import Definition
from services.quota.domain.postings import Entry
from services.quota.domain.world import World
from services.quota.store.days import load_daily_at
from services.quota.store.entries import entries_between, load_last_recorded_before
from services.quota.store.snapshots import load_snapshot
from shared.codes import Land
from shared.postgres import Connection


class Place(NamedTuple):
    """After so many entries and so many definitions; both are applied in one order."""

    sequence: int
    definition: int


def place_after(sequence: int, definitions: list[Definition]) -> Place:
    """Right after an entry, before any definition applied after it; 0: before the first entry."""
    before = [each.number for each in definitions if each.ledger_sequence < max(sequence, 1)]
    return Place(sequence, max(before, default=0))


def is_between(place: Place, definitions: list[Definition]) -> bool:
    """Whether the place's definition was applied after its entry and before the next one."""
    own = [each.number for each in definitions if each.ledger_sequence == place.sequence]
    return place.definition in own


async def load_place_known_at(
    tx: Connection, land: Land, instant: datetime, definitions: list[Definition]
) -> Place:
    """The last place up to which everything was recorded at an instant or before it."""
    sequence = await load_last_recorded_before(tx, land, instant)
    late = next((each for each in definitions if each.recorded_at > instant), None)
    if late is not None and late.ledger_sequence <= sequence:
        return Place(late.ledger_sequence, late.number - 1)
    known = [each.number for each in definitions if each.ledger_sequence <= sequence]
    return Place(sequence, max(known, default=0))


async def load_world_at(
    tx: Connection, land: Land, place: Place, definitions: list[Definition]
) -> World:
    """The world as it was at a place, replayed from the snapshot before it.

    Definitions that were applied together share one snapshot, so a place among them is replayed.
    """
    position, counts = await load_snapshot(tx, land, *place)
    known = [each for each in definitions if each.number <= place.definition]
    world = World.load(land, position, known, counts)
    start = Place(position.sequence, position.definition)
    async for step in steps_after(tx, land, start, known, place.sequence):
        if isinstance(step, Definition):
            world.define(step, await load_daily_at(tx, land, step.ledger_sequence))
        else:
            world.apply(step)
    return world


async def steps_after(
    tx: Connection, land: Land, place: Place, definitions: list[Definition], until: int
) -> AsyncIterator[Entry | Definition]:
    """Everything applied after a place, entries up to a number, in the one order."""
    waiting = deque(each for each in definitions if each.number > place.definition)
    async for entry in entries_between(tx, land, place.sequence, until):
        while waiting and waiting[0].ledger_sequence < entry.sequence:
            yield waiting.popleft()
        yield entry
    for definition in waiting:
        yield definition
