"""Sends a dead letter through the door of its service again, as if Kafka brought it now."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from hafenlotse.installation import Installation, NotHere
from services.notifications.handlers.crossings import Crossings, read_event
from services.quota.handlers.placements import PlacementCounter, read_placement
from shared.feeds import Feed
from shared.inbox import InvalidMessage, UnknownType
from shared.letters import escaped
from shared.line import Applier, Event, Line
from shared.postgres import Bell, Database, LandHeld
from shared.records import Record
from shared.store.dead_letters import DeadLetter


@dataclass(frozen=True)
class Door:
    """How a service reads a record, and what applies it: the same code that its inbox runs."""

    decode: Callable[[Record], Event[Any]]
    applier: Applier[Any]
    database: Database


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a letter: applied, known (it was applied before), skipped, refused, held."""

    code: str
    detail: str


@asynccontextmanager
async def open_door(installation: Installation, service: str) -> AsyncIterator[Door]:
    """The door of a service that reads a topic."""
    settings = installation.settings[service]
    address = {
        "quota": installation.quota.admissions_url,
        "notifications": installation.notifications.quota_url,
    }[service]
    feed = Feed(address, settings)
    # Nobody listens to this bell: whoever reads what is new polls, too.
    bell = Bell(settings.database, settings.password, "command_line")
    try:
        async with installation.database(service) as database:
            if service == "quota":
                counter = PlacementCounter(database, feed, lambda _: bell.ring())
                yield Door(read_placement, counter, database)
            else:
                yield Door(read_event, Crossings(database, feed, bell), database)
    finally:
        await feed.close()


async def redrive(door: Door, letter: DeadLetter) -> Outcome:
    """Try it again; what was applied before changes nothing. NotHere while the feed is silent."""
    try:
        event = door.decode(record_of(letter))
    except InvalidMessage as invalid:
        return Outcome("refused", escaped(invalid.detail))
    except UnknownType as other:
        return Outcome("skipped", f"readers of this version skip {escaped(str(other))}")
    try:
        return await _take(door.applier, event)
    except LandHeld as reason:
        return Outcome("held", str(reason))


async def _take(applier: Applier[Any], event: Event[Any]) -> Outcome:
    place = f"number {event.sequence} of Land {event.land}"
    if await _is_applied(applier, event):
        return Outcome("known", f"{place} was applied before")
    line = Line(event.land, applier)
    await line.take([event])
    if line.is_behind:
        raise NotHere(f"The feed that knows {place} does not answer: try again later.")
    if event.body is None:
        return Outcome("skipped", f"a head has no place in the order: {place}")
    if await _is_applied(applier, event):
        return Outcome("applied", place)
    return Outcome("refused", f"{place} is not what its owner recorded")


async def _is_applied(applier: Applier[Any], event: Event[Any]) -> bool:
    reached = await applier.load_reached(event.land)
    known = await applier.load_fingerprints(event.land, event.sequence, event.sequence)
    is_there = known.get(event.sequence) == event.fingerprint
    return event.body is not None and event.sequence <= reached.sequence and is_there


def record_of(letter: DeadLetter) -> Record:
    """The record as Kafka brought it, as far as a door looks at it."""
    return Record(letter.topic, letter.partition, letter.log_offset, letter.key, letter.value)
