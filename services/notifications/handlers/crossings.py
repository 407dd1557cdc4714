"""Crossings become alerts: each once, in the order of its Land, whatever Kafka brings."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime

import msgspec
import orjson

from services.notifications.domain.alert import Amount, Crossing, decide_alerts
from services.notifications.domain.delivery import RESOLVED, Attempt
from services.notifications.domain.schedule import AT_ONCE, Schedule
from services.notifications.handlers.telling import plan_for_everyone
from services.notifications.store import alerts, positions, reminders
from services.notifications.store.decided import write_decided
from shared.clock import now
from shared.codes import Ags, Land, QuotaCode
from shared.contracts.crossings import (
    CROSSED,
    CrossingData,
    ExactData,
    read_crossing,
    read_feed_page,
)
from shared.contracts.envelopes import NotAnEvent, unwrap
from shared.feeds import Pages
from shared.inbox import InvalidMessage, UnknownType
from shared.line import Event, FeedUnavailable, Reached
from shared.postgres import Bell, Connection, Database, LandHeld, OwnershipLost, transaction
from shared.records import Record
from shared.store.dead_letters import DeadLetter, insert_dead_letters

UNIT = re.compile(r"[0-9]{5,8}")
QUOTA = re.compile(r"[!-~]{1,40}")
DECIMAL = re.compile(r"-?[0-9]{1,40}\.[0-9]{3}")
EXACT_MOST, NUMBER_MOST = 400, 2**62


def read_event(record: Record) -> Event[Crossing]:
    """The crossing in a record, or InvalidMessage; other types of event are skipped."""
    try:
        envelope = unwrap(record.value)
        if envelope.type != CROSSED:
            raise UnknownType(envelope.type)
        return event_of(read_crossing(envelope))
    except NotAnEvent as fault:
        raise InvalidMessage("not-an-event", str(fault)) from fault


def event_of(data: CrossingData) -> Event[Crossing]:
    """The numbered event of a crossing, or InvalidMessage where no crossing can read so."""
    if wrong := _wrong_with(data):
        raise InvalidMessage("no-crossing", f"{data.land}:{data.sequence}: {wrong}")
    crossing = Crossing(
        land=Land(data.land),
        sequence=data.sequence,
        quota=QuotaCode(data.quota),
        unit=Ags(data.unit),
        before=data.before,
        after=data.after,
        credited=_amount(data.credited),
        target=_amount(data.target),
        balance=_amount(data.balance),
        cause=data.cause,
        ledger_sequence=data.ledger_sequence,
        definition=data.definition,
    )
    return Event(crossing.land, data.sequence, fingerprint_of(data), None, crossing)


def fingerprint_of(crossing: CrossingData) -> str:
    """A digest that tells two crossings of one number apart."""
    document = msgspec.to_builtins(crossing)
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _wrong_with(data: CrossingData) -> str | None:
    """What no crossing of ours can carry and our tables could not keep."""
    amounts = (data.credited, data.target, data.balance)
    checks = {
        "the standing did not change": data.before != data.after,
        "the unit is none of the Land": UNIT.fullmatch(data.unit)
        and data.unit.startswith(data.land),
        "the quota's code is malformed": QUOTA.fullmatch(data.quota),
        "a number is malformed": all(_is_number(one) for one in amounts),
        "a position is out of range": max(data.ledger_sequence, data.definition) <= NUMBER_MOST,
    }
    return next((sentence for sentence, is_met in checks.items() if not is_met), None)


def _is_number(given: ExactData) -> bool:
    return len(given.exact) <= EXACT_MOST and DECIMAL.fullmatch(given.decimal) is not None


def _amount(given: ExactData) -> Amount:
    return Amount(given.exact, given.decimal)


class Crossings:
    """Applies the crossings of a Land; what shared.line asks of a service."""

    def __init__(
        self, database: Database, feed: Pages, *bells: Bell, schedule: Schedule = AT_ONCE
    ) -> None:
        self.database, self.feed, self.bells, self.schedule = database, feed, bells, schedule

    async def load_reached(self, land: Land) -> Reached:
        async with transaction(self.database) as tx:
            position = await positions.load_position(tx, land)
        if position.held:
            raise LandHeld(position.held)
        return Reached(position.sequence, position.fingerprint)

    async def apply(self, land: Land, events: Sequence[Event[Crossing]]) -> None:
        """One crossing, one alert, and a delivery for everyone who wants it."""
        async with transaction(self.database) as tx:
            await record_crossings(tx, land, events, now(), self.schedule)
        for bell in self.bells:
            bell.ring()

    async def load_fingerprints(self, land: Land, low: int, high: int) -> dict[int, str]:
        async with transaction(self.database) as tx:
            return await alerts.load_fingerprints(tx, land, low, high)

    async def fetch(self, land: Land, after: int, limit: int) -> Sequence[Event[Crossing]]:
        page = await self.feed.read(f"/quota/v1/crossings/{land}", after, limit)
        try:
            events = [event_of(data) for data in read_feed_page(page)]
        except (msgspec.DecodeError, InvalidMessage) as fault:
            raise FeedUnavailable(f"the feed of crossings can't be read: {fault}") from fault
        numbers = [event.sequence for event in events]
        if numbers != list(range(after + 1, after + 1 + len(events))):
            raise FeedUnavailable(f"the feed of crossings has a hole after {after}: {numbers}")
        return events

    async def hold(self, land: Land, reason: str) -> None:
        async with transaction(self.database) as tx:
            await positions.set_held(tx, land, reason)

    async def bury(self, letters: list[DeadLetter]) -> None:
        async with transaction(self.database) as tx:
            await insert_dead_letters(tx, letters)


async def record_crossings(
    tx: Connection,
    land: Land,
    events: Sequence[Event[Crossing]],
    at: datetime,
    schedule: Schedule = AT_ONCE,
) -> None:
    """The next crossings of a Land as alerts and planned deliveries, or OwnershipLost."""
    last, seen = events[-1], events[0].sequence - 1
    if not await positions.try_advance(tx, land, seen, last.sequence, last.fingerprint):
        raise OwnershipLost(f"Land {land} is not at {seen} any more")
    crossings = [event.body for event in events if event.body]
    places = [one.place for one in crossings]
    unresolved, fingerprints = await alerts.lock_unresolved(tx, land, places)
    decided = decide_alerts(crossings, unresolved, at)
    planned = await plan_for_everyone(tx, land, decided.raised, schedule, at)
    if decided.resolved:
        ended = [alert.id for alert in decided.resolved]
        await reminders.end_reminders(tx, land, ended, Attempt(at, RESOLVED.code))
    fingerprints |= {event.sequence: event.fingerprint for event in events}
    await write_decided(tx, decided, planned, fingerprints, at)
