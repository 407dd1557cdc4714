"""Any place of a Land's past: found by number or instant, and counted again up to there."""

from collections import deque
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import NamedTuple

from services.quota.domain.counts import Position
from services.quota.domain.definitions import Definition
from services.quota.domain.postings import Entry
from services.quota.domain.world import World
from services.quota.store.counts import load_daily
from services.quota.store.entries import list_entries, load_last_recorded_before
from services.quota.store.positions import load_position
from services.quota.store.snapshots import load_snapshot
from shared.codes import Ags, Land, Programme
from shared.postgres import Connection

PAGE = 5000
Sums = dict[tuple[Ags, Programme, date], int]


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
            now = await load_position(tx, land)
            world.define(step, await load_daily_at(tx, land, step.ledger_sequence, now))
        else:
            world.apply(step)
    return world


async def entries_between(
    tx: Connection, land: Land, after: int, until: int
) -> AsyncIterator[Entry]:
    """The applied entries above one number, up to another, in order."""
    for low in range(after + 1, until + 1, PAGE):
        for entry in await list_entries(tx, land, low, min(low + PAGE - 1, until)):
            yield entry


async def load_daily_at(tx: Connection, land: Land, sequence: int, now: Position) -> Sums:
    """The daily sums after an entry: forward from nothing or back from now, what is shorter."""
    if sequence * 2 < now.sequence:
        sums: Sums = {}
        async for entry in entries_between(tx, land, 0, sequence):
            _add(sums, entry, 1)
        return sums
    sums = dict(await load_daily(tx, land))
    async for entry in entries_between(tx, land, sequence, now.sequence):
        _add(sums, entry, -1)
    return sums


def _add(sums: Sums, entry: Entry, sign: int) -> None:
    for posting in entry.postings:
        place = (posting.unit, posting.programme, posting.effective_on)
        sums[place] = sums.get(place, 0) + sign * posting.persons


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
