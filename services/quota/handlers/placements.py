"""Counts every placement: each ledger entry moves all balances of its Land, once, in order."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

import msgspec

from services.quota.domain.counts import Position
from services.quota.domain.world import World
from services.quota.handlers.together import Together
from services.quota.store.crossings import Written, as_written
from services.quota.store.entries import list_entries
from services.quota.store.positions import hold
from services.quota.store.worlds import load_world, step_of
from shared.clock import now
from shared.codes import Land
from shared.contracts.envelopes import NotAnEvent, unwrap
from shared.contracts.ledger import HEAD, KINDS, LedgerEntry, read_entry, read_feed_page, read_head
from shared.feeds import Pages
from shared.inbox import InvalidMessage, UnknownType
from shared.line import Event, FeedUnavailable, Reached
from shared.postgres import ACQUIRE_SECONDS, Database, snapshot, transaction
from shared.records import Record
from shared.store.dead_letters import DeadLetter, insert_dead_letters
from shared.topics import partition_of

Announce: TypeAlias = Callable[[Iterable[Written]], None]
"""Is told the crossings of each commit."""


def read_placement(record: Record) -> Event[LedgerEntry]:
    """The ledger entry in a record, or the head that it announces; else InvalidMessage."""
    try:
        envelope = unwrap(record.value)
        if envelope.type in KINDS:
            event = event_of(read_entry(envelope))
        elif envelope.type == HEAD:
            head = read_head(envelope)
            event = Event(Land(head.land), head.sequence, head.hash, None, None)
        else:
            raise UnknownType(envelope.type)
    except NotAnEvent as fault:
        raise InvalidMessage("not-an-event", str(fault)) from fault
    if partition_of(event.land) != record.partition:
        raise InvalidMessage("wrong-partition", f"Land {event.land} does not belong here")
    return event


def event_of(entry: LedgerEntry) -> Event[LedgerEntry]:
    """A ledger entry as an event in the order of its Land."""
    land = Land(entry.land)
    return Event(land, entry.sequence, entry.hash, entry.previous_hash, entry)


@contextmanager
def uncollected() -> Iterator[None]:
    """What is made in here stays: looking for garbage in it takes as long as making it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class PlacementCounter:
    """The owner of the Länder whose partitions this process reads (an Applier of entries)."""

    def __init__(self, database: Database, feed: Pages, announce: Announce) -> None:
        self._database, self._feed, self._announce = database, feed, announce
        self._together = Together(database)
        self._worlds: dict[Land, World] = {}
        self._frozen: set[Land] = set()

    async def load_reached(self, land: Land) -> Reached:
        """Load the Land's world afresh; it is kept until a transaction fails."""
        async with snapshot(self._database) as tx:
            with uncollected():
                world = self._worlds[land] = await load_world(tx, land)
        if land not in self._frozen:  # once each: what is garbage by then is never found again
            self._frozen.add(land)
            gc.freeze()
        return Reached(world.position.sequence, world.position.ledger_hash)

    async def apply(self, land: Land, events: Sequence[Event[LedgerEntry]]) -> None:
        """Count entries: balances, crossings and position move by one fenced statement."""
        world = self._worlds.pop(land)
        entries = [event.body for event in events if event.body]
        seen: Position = world.position
        crossings = [crossing for entry in entries for crossing in world.apply(entry)]
        found_at = now()
        await self._together.save(step_of(world, seen, crossings, found_at, entries))
        self._worlds[land] = world
        if crossings:
            self._announce(as_written(crossings, found_at))

    async def load_fingerprints(self, land: Land, low: int, high: int) -> dict[int, str]:
        """The hashes of applied entries by number."""
        async with self._database.acquire(timeout=ACQUIRE_SECONDS) as tx:
            entries = await list_entries(tx, land, low, high)
        return {entry.sequence: entry.hash for entry in entries}

    async def fetch(self, land: Land, after: int, limit: int) -> Sequence[Event[LedgerEntry]]:
        """The entries after a number from the ledger itself, or FeedUnavailable."""
        path = f"/admissions/v1/ledger/{land}/entries"
        try:
            page = read_feed_page(await self._feed.read(path, after, limit))
        except msgspec.DecodeError as fault:
            raise FeedUnavailable(f"{path} does not answer as agreed: {fault}") from fault
        return [event_of(entry) for entry in page]

    async def hold(self, land: Land, reason: str) -> None:
        """Count nothing more in this Land until an operator rebuilds it."""
        async with transaction(self._database) as tx:
            await hold(tx, land, reason)

    async def bury(self, letters: list[DeadLetter]) -> None:
        """Keep records that proved false."""
        async with transaction(self._database) as tx:
            await insert_dead_letters(tx, letters)
