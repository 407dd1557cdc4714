"""One alert per crossing; resolved by the next; acknowledged by a person."""

from typing import Any

import pytest

from tests.end_to_end.alerts import ALERTS, alert_in_state, alert_of
from tests.end_to_end.placements import NO_SUCH_ID, record, withdraw
from tests.end_to_end.problems import places, problem
from tests.end_to_end.quotas import (
    balances,
    crossing_by,
    exact,
    put_over,
)
from tests.end_to_end.system import Json, System

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIELDS = {
    *("id", "crossing", "land", "quota", "unit", "before", "after", "credited", "target"),
    *("balance", "cause", "ledger_sequence", "definition", "state", "raised_at"),
    *("acknowledgement", "resolved_by", "undone_by_correction"),
}


async def an_alert(system: System) -> Json:
    _, crossing = await put_over(system, "sh-alliance")
    return await alert_of(system, crossing)


def acknowledgement(alert: Json) -> str:
    return f"{ALERTS}/{alert['id']}/acknowledgement"


async def test_an_alert_says_everything_of_its_crossing(system: System) -> None:
    alert = await an_alert(system)
    assert set(alert) == FIELDS
    assert alert["land"] == "01"
    assert (alert["after"], alert["state"]) == ("over", "open")
    assert alert["undone_by_correction"] is False
    assert alert["raised_at"].endswith("Z")
    assert await system.caller("auditor").seen(f"{ALERTS}/{alert['id']}") == alert


async def test_filters_narrow_the_list_of_alerts(system: System) -> None:
    alert = await an_alert(system)
    query = {"state": "open", "unit": alert["unit"], "quota": "sh-alliance"}
    listed = await system.coordination.listed(ALERTS, **query)
    assert alert in listed
    for one in listed:
        assert {name: one[name] for name in query} == query
    others = await system.coordination.listed(ALERTS, state="resolved", limit=500)
    assert {one["state"] for one in others} <= {"resolved"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("state", "new"), ("limit", "501"), ("cursor", "x"), ("colour", "red"), ("unit", "1001")],
)
async def test_a_wrong_filter_is_refused(system: System, name: str, value: str) -> None:
    assert places(await system.coordination.get(ALERTS, **{name: value})) == {f"?{name}"}


async def test_a_correction_that_undoes_a_crossing_is_said_by_its_alert(system: System) -> None:
    placement, crossing = await put_over(system, "sh-alliance")
    alert = await alert_of(system, crossing)
    sequence = (await withdraw(system.city(alert["unit"]), placement)).json()["sequence"]
    back = await crossing_by(system, sequence, "sh-alliance", alert["unit"])
    undone = await alert_in_state(system, alert, "resolved")
    assert undone["resolved_by"] == f"01:{back['sequence']}"
    assert undone["undone_by_correction"] is True


async def put_on_quota(system: System, unit: str) -> tuple[int, str]:
    """Move the others so far that the unit that is over comes back: (entry's sequence, mover)."""
    shown = {one["unit"]: one for one in (await balances(system, "sh-alliance"))["units"]}
    other = max((one for name, one in shown.items() if name != unit), key=lambda one: one["unit"])
    persons = int(exact(shown[unit]["balance"]) / exact(shown[unit]["share"]))
    answer = await record(system.city(other["unit"]), unit=other["unit"], persons=persons)
    return answer.json()["sequence"], other["unit"]


async def test_another_citys_placement_brings_a_unit_back_and_resolves_its_alert(
    system: System,
) -> None:
    alert = await an_alert(system)
    sequence, mover = await put_on_quota(system, alert["unit"])
    assert mover != alert["unit"]
    back = await crossing_by(system, sequence, "sh-alliance", alert["unit"])
    assert (back["after"], back["cause"]) == ("on-quota", "other-placement")
    resolved = await alert_in_state(system, alert, "resolved")
    assert resolved["resolved_by"] == f"01:{back['sequence']}"
    assert resolved["undone_by_correction"] is False
    born = await alert_of(system, back)
    assert (born["state"], born["after"]) == ("resolved", "on-quota")


async def test_from_over_to_under_one_alert_ends_and_another_begins(system: System) -> None:
    alert = await an_alert(system)
    unit = alert["unit"]
    shown = {one["unit"]: one for one in (await balances(system, "sh-alliance"))["units"]}
    distance = exact(shown[unit]["balance"]) + 1
    persons = -int(-distance // exact(shown[unit]["share"]))
    other = next(name for name in shown if name != unit)
    answer = await record(system.city(other), unit=other, persons=persons)
    fall = await crossing_by(system, answer.json()["sequence"], "sh-alliance", unit)
    assert (fall["before"], fall["after"]) == ("over", "under")
    resolved = await alert_in_state(system, alert, "resolved")
    assert resolved["resolved_by"] == f"01:{fall['sequence']}"
    assert (await alert_of(system, fall))["state"] == "open"


@pytest.mark.parametrize(
    "body",
    [{}, *({"note_code": c} for c in ("informed", "agreed-catch-up", "data-error", "no-action"))],
)
async def test_an_alert_is_acknowledged_once_and_says_by_whom(system: System, body: Json) -> None:
    alert = await an_alert(system)
    answer = await system.coordination.post(acknowledgement(alert), body)
    assert answer.status_code == 201
    noted = answer.json()
    assert noted["state"] == "acknowledged"
    assert set(noted["acknowledgement"]) == {"by", "at", "note_code"}
    assert noted["acknowledgement"]["note_code"] == body.get("note_code")
    assert await system.coordination.seen(f"{ALERTS}/{alert['id']}") == noted
    again = await system.coordination.post(acknowledgement(alert), body)
    said = problem(again, 409, "already-acknowledged")
    assert noted["acknowledgement"]["by"] in said["detail"]
    listed = await system.coordination.listed(ALERTS, state="acknowledged", limit=500)
    assert noted in listed


async def test_an_acknowledged_alert_is_resolved_by_the_way_back(system: System) -> None:
    placement, crossing = await put_over(system, "sh-alliance")
    alert = await alert_of(system, crossing)
    await system.coordination.post(acknowledgement(alert), {"note_code": "informed"})
    await withdraw(system.city(alert["unit"]), placement)
    resolved = await alert_in_state(system, alert, "resolved")
    assert resolved["acknowledgement"]["note_code"] == "informed"
    assert resolved["undone_by_correction"] is True


async def test_a_resolved_alert_is_not_acknowledged(system: System) -> None:
    placement, crossing = await put_over(system, "sh-alliance")
    alert = await alert_of(system, crossing)
    await withdraw(system.city(alert["unit"]), placement)
    resolved = await alert_in_state(system, alert, "resolved")
    answer = await system.coordination.post(acknowledgement(resolved), {})
    problem(answer, 409, "already-resolved")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"note_code": "called Anna"}, "/note_code"),
        ({"note_code": 1}, "/note_code"),
        ({"note": "informed"}, "/note"),
        ([], ""),
    ],
)
async def test_an_acknowledgement_with_a_wrong_note_is_refused(
    system: System, body: Any, place: str
) -> None:
    alert = await an_alert(system)
    assert places(await system.coordination.post(acknowledgement(alert), body)) == {place}
    assert (await system.coordination.seen(f"{ALERTS}/{alert['id']}"))["state"] == "open"


async def test_a_repeated_acknowledgement_gets_the_first_answer(system: System) -> None:
    alert = await an_alert(system)
    sent = {"path": acknowledgement(alert), "body": {}, "Idempotency_Key": alert["id"]}
    first = await system.coordination.post(**sent)
    again = await system.coordination.post(**sent)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("name", [NO_SUCH_ID, "01:1", "x"])
async def test_an_alert_that_is_not_there_is_not_found(system: System, name: str) -> None:
    problem(await system.coordination.get(f"{ALERTS}/{name}"), 404, "not-found")
    answer = await system.coordination.post(f"{ALERTS}/{name}/acknowledgement", {})
    problem(answer, 404, "not-found")
