"""Which moment is asked for: two clocks, as valid on a day and as known at a place or instant."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

from access.caller import Caller
from services.quota.api.days import Day
from services.quota.api.ledger_clock import LedgerClock
from services.quota.api.reading import find_land
from services.quota.domain.balances import counted_until
from services.quota.domain.counts import Counts, Daily
from services.quota.domain.definitions import Definition, fold
from services.quota.domain.plan import Plan, plan_of
from services.quota.store.counts import load_counts
from services.quota.store.days import load_daily_at
from services.quota.store.definitions import list_definitions
from services.quota.store.past import (
    Place,
    is_between,
    load_place_known_at,
    load_world_at,
    place_after,
)
from services.quota.store.positions import load_position
from shared.clock import today_in_berlin
from shared.codes import Land, QuotaCode, instant_text
from shared.http.answers import Malformed, bounds, whole_number
from shared.http.faults import refusing
from shared.http.problems import Fault, Language, Problem, language_of
from shared.http.route import Calling
from shared.postgres import Connection, Database, snapshot
from shared.service import Stored

INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")


def read_instant(written: object) -> object:
    """An instant in UTC, written with a Z."""
    if not isinstance(written, str) or not INSTANT.fullmatch(written):
        raise Malformed
    try:
        return datetime.fromisoformat(written)
    except ValueError as fault:
        raise Malformed from fault


Instant = Annotated[
    datetime,
    BeforeValidator(refusing(read_instant)),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Number = Annotated[int, whole_number(0, 2**53), bounds(0, 2**53)]


class AsOfQuery(BaseModel):
    """Nothing asks for now; `valid_on` goes with either of the clocks of what was known."""

    model_config = ConfigDict(extra="forbid")
    valid_on: Day | None = None
    known_sequence: Number | None = None
    known_definition: Number | None = None
    known_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A quota as it was at a place, counted by a plan; `on` is the day whose shares are shown."""

    land: Land
    quota: QuotaCode
    place: Place
    plan: Plan
    counts: Counts
    on: date
    query: AsOfQuery

    def as_of(self) -> dict[str, Any]:
        """What was asked for, and the place that answers it."""
        known_at = self.query.known_at
        return {
            "sequence": self.place.sequence,
            "definition": self.place.definition,
            "valid_on": self.query.valid_on.isoformat() if self.query.valid_on else None,
            "known_at": instant_text(known_at) if known_at else None,
        }


class Asking(NamedTuple):
    """Who asks about a moment, and what answers."""

    caller: Caller
    language: Language
    database: Database
    clock: LedgerClock


async def the_asking(request: Request, call: Calling, database: Stored) -> Asking:
    """The caller, and what this service knows the past by."""
    return Asking(call.caller, language_of(request), database, request.app.state.ledger_clock)


Asked = Annotated[Asking, Depends(the_asking)]


async def check_clocks(query: AsOfQuery, clock: LedgerClock, land: Land) -> None:
    """Refuse two clocks of what was known; wait until an instant is surely known."""
    if query.known_at is not None and query.known_sequence is not None:
        raise Problem.invalid(Fault("one-clock-only", parameter="known_at"))
    if query.known_definition is not None and query.known_sequence is None:
        raise Problem.invalid(Fault("missing", parameter="known_sequence"))
    if query.known_at is not None and not await clock.is_past(land, query.known_at):
        raise not_yet_known("known_at")


def not_yet_known(parameter: str) -> Problem:
    """The moment is not reached; ask again."""
    problem = Problem.invalid(Fault("not-yet-known", parameter=parameter))
    problem.headers["Retry-After"] = "2"
    return problem


async def read_moment(asking: Asking, quota: str, query: AsOfQuery) -> Moment:
    """The moment that a query asks for, of a quota that the caller may read."""
    lands = asking.caller.lands
    async with snapshot(asking.database, lands) as tx:
        land = await find_land(tx, quota, asking.caller)
    await check_clocks(query, asking.clock, land)
    async with snapshot(asking.database, lands) as tx:
        definitions = await list_definitions(tx, land)
        place = await find_place(tx, land, query, definitions)
        return await _read(tx, land, QuotaCode(quota), place, definitions, query)


async def find_place(
    tx: Connection, land: Land, query: AsOfQuery, definitions: list[Definition]
) -> Place:
    """The place in the order of application that a query means."""
    now = await load_position(tx, land)
    if query.known_at is not None:
        return await load_place_known_at(tx, land, query.known_at, definitions)
    if query.known_sequence is None:
        return Place(now.sequence, now.definition)
    if query.known_sequence > now.sequence:
        raise not_yet_known("known_sequence")
    if query.known_definition is None:
        return place_after(query.known_sequence, definitions)
    place = Place(query.known_sequence, query.known_definition)
    if not is_between(place, definitions):
        raise Problem.invalid(Fault("malformed", parameter="known_definition"))
    return place


async def _read(
    tx: Connection,
    land: Land,
    quota: QuotaCode,
    place: Place,
    definitions: list[Definition],
    query: AsOfQuery,
) -> Moment:
    known = [each for each in definitions if each.number <= place.definition]
    log = [each for each in known if each.quota == quota]
    if not log:
        raise Problem("not-found")
    rules, now = fold(log), await load_position(tx, land)
    if query.valid_on is not None:
        daily: Daily = await load_daily_at(tx, land, place.sequence)
        plan, counts = counted_until(rules, daily, query.valid_on)
    elif place == (now.sequence, now.definition):
        plan, counts = plan_of(rules), (await load_counts(tx, land, now))[quota]
    else:
        world = await load_world_at(tx, land, place, definitions)
        plan, counts = plan_of(rules), world.counts()[quota]
    return Moment(land, quota, place, plan, counts, query.valid_on or today_in_berlin(), query)
