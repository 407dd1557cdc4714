"""Alerts over HTTP: listed newest first, filtered, read, acknowledged once."""

from typing import Any

import httpx
import pytest

from tests.integration.notifications.service import ALERTS, Notifications

pytestmark = pytest.mark.asyncio
NO_SUCH_ID = "0199aaaa-0000-7000-8000-000000000000"


async def acknowledged(notifications: Notifications, alert: Any, **body: Any) -> httpx.Response:
    path = f"{ALERTS}/{alert['id']}/acknowledgement"
    return await notifications.coordination.post(path, body)


async def test_alerts_are_listed_newest_first_page_by_page(notifications: Notifications) -> None:
    for number in range(5):
        await notifications.cross(f"0100{number}")
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while query:
        page = await notifications.coordination.seen(ALERTS, **query)
        seen += [one["crossing"] for one in page["items"]]
        query = {"limit": 2, "cursor": page["next"]} if page["next"] else {}
    assert seen == ["01:5", "01:4", "01:3", "01:2", "01:1"]


FILTERED: list[tuple[dict[str, str], list[str]]] = [
    ({}, ["01:4", "01:3", "01:2", "01:1"]),
    ({"state": "open"}, ["01:3", "01:2"]),
    ({"state": "resolved"}, ["01:4", "01:1"]),
    ({"state": "acknowledged"}, []),
    ({"unit": "01003"}, ["01:4", "01:1"]),
    ({"unit": "01999"}, []),
    ({"quota": "sh-alliance"}, ["01:3"]),
    ({"quota": "sh-regular", "state": "open"}, ["01:2"]),
    ({"quota": "unknown"}, []),
]


async def test_filters_can_be_joined(notifications: Notifications) -> None:
    await notifications.cross("01003", "over")
    await notifications.cross("01002", "under")
    await notifications.cross("01001", "over", quota="sh-alliance")
    await notifications.cross("01003", "on-quota")
    for query, crossings in FILTERED:
        listed = await notifications.coordination.items(ALERTS, **query)
        assert [one["crossing"] for one in listed] == crossings, query


WRONG_QUERIES = [
    ("state", "closed", "malformed"),
    ("unit", "Kiel", "malformed"),
    ("unit", "1001\0", "malformed"),
    ("quota", "a b", "malformed"),
    ("quota", "\0", "malformed"),
    ("limit", "0", "out-of-range"),
    ("limit", "501", "out-of-range"),
    ("cursor", "x", "malformed"),
    ("cursor", "WyJhIl0", "malformed"),
    ("cursor", "Wy0xXQ", "malformed"),
    ("colour", "red", "unknown-field"),
]


async def test_a_wrong_query_is_refused_at_its_parameter(notifications: Notifications) -> None:
    for name, value, code in WRONG_QUERIES:
        answer = await notifications.coordination.get(ALERTS, **{name: value})
        assert answer.status_code == 422, value
        [fault] = answer.json()["errors"]
        assert (fault["parameter"], fault["code"]) == (name, code), value


async def test_one_alert_is_read_as_it_is_listed(notifications: Notifications) -> None:
    alert = await notifications.cross()
    assert await notifications.auditor.seen(f"{ALERTS}/{alert['id']}") == alert


async def test_what_is_not_there_is_not_found(notifications: Notifications) -> None:
    for name in (NO_SUCH_ID, "42", "a%00b"):
        answer = await notifications.coordination.get(f"{ALERTS}/{name}")
        assert answer.status_code == 404
        assert answer.json()["type"] == "/notifications/problems/not-found"


async def test_a_foreign_land_is_not_there(notifications: Notifications) -> None:
    alert = await notifications.cross()
    foreign = notifications.caller("hamburg", "coordination", lands=("02",))
    assert await foreign.items(ALERTS) == []
    assert (await foreign.get(f"{ALERTS}/{alert['id']}")).status_code == 404
    assert (await foreign.get(ALERTS, unit="01003")).status_code == 404
    path = f"{ALERTS}/{alert['id']}/acknowledgement"
    assert (await foreign.post(path, {})).status_code == 404
    nobody = notifications.caller("nobody", "coordination", lands=())
    assert await nobody.items(ALERTS) == []


async def test_others_are_not_shown_alerts(notifications: Notifications) -> None:
    alert = await notifications.cross()
    for role in ("city", "operator", "service"):
        for path in (ALERTS, f"{ALERTS}/{alert['id']}"):
            answer = await notifications.caller(role, role).get(path)
            assert (answer.status_code, answer.json()["type"][-5:]) == (403, "/role")


async def test_an_auditor_reads_but_acknowledges_nothing(notifications: Notifications) -> None:
    alert = await notifications.cross()
    path = f"{ALERTS}/{alert['id']}/acknowledgement"
    assert (await notifications.auditor.post(path, {})).status_code == 403


async def test_an_alert_is_acknowledged_with_a_note_or_without(
    notifications: Notifications,
) -> None:
    notes = ["informed", "agreed-catch-up", "data-error", "no-action", None]
    for number, note in enumerate(notes):
        alert = await notifications.cross(f"0100{number}")
        answer = await acknowledged(notifications, alert, **({"note_code": note} if note else {}))
        assert answer.status_code == 201
        shown = answer.json()
        taken = shown["acknowledgement"]
        assert shown["state"] == "acknowledged"
        assert (taken["by"], taken["note_code"]) == ("coordination", note)
        assert taken["at"].endswith("Z")
        assert shown | {"state": "open", "acknowledgement": None} == alert
        assert await notifications.coordination.seen(f"{ALERTS}/{alert['id']}") == shown


async def test_the_second_to_acknowledge_is_told_who_was_first(
    notifications: Notifications,
) -> None:
    alert = await notifications.cross()
    await acknowledged(notifications, alert)
    second = notifications.caller("second", "coordination")
    answer = await second.post(f"{ALERTS}/{alert['id']}/acknowledgement", {})
    assert answer.status_code == 409
    assert answer.json()["type"] == "/notifications/problems/already-acknowledged"
    assert "coordination" in answer.json()["detail"]


async def test_a_resolved_alert_is_not_acknowledged(notifications: Notifications) -> None:
    alert = await notifications.cross("01003", "over")
    await acknowledged(notifications, alert)
    back = await notifications.cross("01003", "on-quota")
    for one in (alert, back):
        answer = await acknowledged(notifications, one)
        assert answer.status_code == 409
        assert answer.json()["type"] == "/notifications/problems/already-resolved"
    shown = await notifications.coordination.seen(f"{ALERTS}/{alert['id']}")
    assert (shown["state"], shown["acknowledgement"]["by"]) == ("resolved", "coordination")


async def test_a_repeated_acknowledgement_gets_the_first_answer(
    notifications: Notifications,
) -> None:
    alert = await notifications.cross()
    path = f"{ALERTS}/{alert['id']}/acknowledgement"
    body = {"note_code": "informed"}
    first = await notifications.coordination.post(path, body, Idempotency_Key="one")
    await notifications.cross("01003", "on-quota")
    again = await notifications.coordination.post(path, body, Idempotency_Key="one")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await notifications.coordination.post(path, {}, Idempotency_Key="one")
    assert (other.status_code, other.json()["type"][-22:]) == (409, "idempotency-key-reused")


WRONG_ACKNOWLEDGEMENTS: list[tuple[Any, str, str]] = [
    ({"note_code": "fine"}, "/note_code", "malformed"),
    ({"note_code": 1}, "/note_code", "malformed"),
    ({"note": "informed"}, "/note", "unknown-field"),
    ([], "", "wrong-type"),
]


async def test_a_wrong_acknowledgement_is_refused_at_its_place(
    notifications: Notifications,
) -> None:
    alert = await notifications.cross()
    path = f"{ALERTS}/{alert['id']}/acknowledgement"
    for body, pointer, code in WRONG_ACKNOWLEDGEMENTS:
        answer = await notifications.coordination.post(path, body)
        assert answer.status_code == 422
        [fault] = answer.json()["errors"]
        assert (fault["pointer"], fault["code"]) == (pointer, code)
