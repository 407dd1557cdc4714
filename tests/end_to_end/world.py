"""The whole running system against the model: ledger, balances, standings, crossings, alerts."""

import asyncio
import logging
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.end_to_end.alerts import ALERTS
from tests.end_to_end.placements import ENTRIES, PLACEMENTS, today, verification
from tests.end_to_end.quotas import CROSSINGS, QUOTAS, balances, eventually_some
from tests.end_to_end.system import Json, System
from tests.model.alerts import Alert, alerts_for
from tests.model.crossings import Crossing, Model, go_on
from tests.model.definitions import definitions_in
from tests.model.ledger import faults_in, placements_in
from tests.model.numbers import exact_number, fulfilment_percent

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Expected:
    """A good ledger of the running system, and what the model makes of it."""

    entries: list[Json]
    model: Model
    definitions: int


async def assert_world_agrees(system: System, within: float = 60) -> Expected:
    """Everything derived from the ledger is, within that time, what the model derives."""
    expected = await expectation(system)
    crossings = [crossing_as_fed(crossing) for crossing in expected.model.crossings]
    alerts = [alert_as_listed(alert) for alert in alerts_for(expected.model.crossings)]

    async def has_all_alerts() -> bool:
        fed = await system.coordination.fed(CROSSINGS)
        return len(fed) >= len(crossings) and len(await alerts_listed(system)) >= len(alerts)

    await eventually_some(has_all_alerts, "all crossings are announced", within)
    if await _has_gone_on(system, expected):  # what was under way when its client was gone
        return await assert_world_agrees(system, within)
    assert await system.coordination.fed(CROSSINGS) == crossings
    assert await alerts_settled(system, alerts) == alerts
    for quota in expected.model.quotas:
        shown = await balances(system, quota)
        assert shown["units"] == units_as_shown(expected.model, quota, names(shown))
    await assert_placements_agree(system, expected.entries)
    log.warning("%d entries and %d crossings agree", len(expected.entries), len(crossings))
    return expected


async def expectation(system: System) -> Expected:
    """The ledger's entries must be good, and the service must say so, too."""
    entries = await system.caller("auditor").fed(ENTRIES)
    assert faults_in(entries) == []
    verified = await verification(system)
    assert (verified["intact"], verified["first_broken"]) == (True, None)
    if verified["entries"] > len(entries):  # what was under way when its client was gone
        return await expectation(system)
    assert verified["entries"] == len(entries)
    definitions = definitions_in(await system.coordination.listed(QUOTAS))
    await asyncio.to_thread(go_on, system.model, entries, definitions)
    return Expected(entries, system.model, len(definitions))


async def _has_gone_on(system: System, expected: Expected) -> bool:
    definitions = definitions_in(await system.coordination.listed(QUOTAS))
    verified = await verification(system)
    found = (verified["entries"], len(definitions))
    return found != (len(expected.entries), expected.definitions)


def names(shown: Json) -> dict[str, str]:
    return {unit["unit"]: unit["name"] for unit in shown["units"]}


def units_as_shown(model: Model, quota: str, names_of: dict[str, str]) -> list[Json]:
    shares = model.quotas[quota].shares_on(today())
    return [
        {
            "unit": unit,
            "name": names_of[unit],
            "share": exact_number(shares.get(unit, Fraction(0))),
            "credited": exact_number(sums.credited),
            "target": exact_number(sums.target),
            "balance": exact_number(sums.balance),
            "standing": model.standings[quota, unit],
            "fulfilment_percent": fulfilment_percent(sums.credited, sums.target),
        }
        for unit, sums in sorted(model.sums(quota).items())
    ]


def crossing_as_fed(crossing: Crossing) -> Json:
    numbers = {
        name: exact_number(getattr(crossing, name)) for name in ("credited", "target", "balance")
    }
    return {"land": "01"} | vars(crossing) | numbers


def alert_as_listed(alert: Alert) -> Json:
    """What the model knows of an alert: not its id, not who acknowledged it, not when."""
    fed = crossing_as_fed(alert.crossing)
    sequence = fed.pop("sequence")
    resolved_by = None if alert.resolved_by is None else f"01:{alert.resolved_by}"
    return fed | {
        "crossing": f"01:{sequence}",
        "state": alert.state,
        "resolved_by": resolved_by,
        "undone_by_correction": alert.undone_by_correction,
    }


async def alerts_settled(system: System, wanted: list[Json], within: float = 10) -> list[Json]:
    """The alerts, as wanted within that time or as they are then."""

    async def are_wanted() -> bool:
        return await alerts_listed(system) == wanted

    try:
        await eventually_some(are_wanted, "alerts settle", within)
    except AssertionError:
        return await alerts_listed(system)
    return wanted


async def alerts_listed(system: System) -> list[Json]:
    """All alerts in the order of their crossings, acknowledged ones as open ones."""
    alerts = await system.coordination.listed(ALERTS, limit=500)
    return sorted(map(comparable, alerts), key=lambda alert: int(alert["crossing"][3:]))


def comparable(alert: Json) -> Json:
    unknown = {"id", "raised_at", "acknowledgement"}
    state = "open" if alert["state"] == "acknowledged" else alert["state"]
    return {name: value for name, value in alert.items() if name not in unknown} | {"state": state}


async def assert_placements_agree(system: System, entries: list[Json]) -> None:
    """Every placement stands where its entries put it; none is missing, none is more."""
    shown = {one["id"]: one for one in await system.coordination.listed(PLACEMENTS, limit=500)}
    placements = placements_in(entries)
    assert shown.keys() == placements.keys()
    moved = {entry["placement"] for entry in entries if entry["type"] == "transferred"}
    for name, placement in placements.items():
        one = shown[name]
        assert (one["status"], one["sequence"]) == (placement.status, placement.sequence)
        if placement.status != "withdrawn":
            assert placement.persons == one["persons"]
        if placement.status in {"recorded", "corrected"} and name not in moved:
            place: Any = one["unit"], one["programme"], one["effective_on"]
            assert placement.legs == {place: one["persons"]}
