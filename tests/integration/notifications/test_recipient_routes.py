"""Recipients over HTTP: made, changed and deleted by the coordination, checked whole."""

import base64
from typing import Any

import httpx
import pytest

from tests.integration.notifications.service import (
    DELIVERIES,
    RECIPIENTS,
    Notifications,
    a_recipient,
    running_notifications,
)
from tests.integration.servers import OwnDatabase
from tests.integration.shared.issuers import IssuerInTest
from tests.unit.notifications.test_target import INSIDE, MALFORMED

pytestmark = pytest.mark.asyncio
WEBHOOK = {"channel": "webhook", "address": "https://hooks.flensburg.example/alerts"}


def faults(answer: httpx.Response) -> set[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}


RIGHT: list[dict[str, Any]] = [
    {},
    {"address": "Protokoll"},
    {"channel": "email", "address": "team@lübeck.example"},
    {"quotas": ["sh-alliance", "sh-regular"], "standings": ["over", "under"]},
    {"quotas": [], "standings": []},
    {"language": "en", "name": "Landeskoordinierung Flensburg (Büro)"},
]


async def test_a_recipient_is_shown_as_it_was_made(notifications: Notifications) -> None:
    caller = notifications.coordination
    for changes in RIGHT:
        answer = await caller.made(**changes)
        body = answer.json()
        assert body == {"id": body["id"], **a_recipient(**changes)}
        assert answer.headers["Location"] == f"{RECIPIENTS}/{body['id']}"
        again = await caller.get(answer.headers["Location"])
        assert (again.json(), again.headers["ETag"]) == (body, answer.headers["ETag"])
        assert body in await caller.items(RECIPIENTS)


async def test_a_webhooks_secret_is_shown_once(notifications: Notifications) -> None:
    body = a_recipient(**WEBHOOK)
    caller = notifications.coordination
    first = await caller.post(RECIPIENTS, body, Idempotency_Key="one")
    secret = first.json()["secret"]
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    again = await caller.post(RECIPIENTS, body, Idempotency_Key="one")
    assert again.json() == first.json() | {"secret": None}
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "secret" not in (await caller.get(first.headers["Location"])).json()
    other = await caller.post(RECIPIENTS, body)
    assert other.json()["secret"] != secret


async def test_every_fault_is_told_at_once(notifications: Notifications) -> None:
    wrong = {
        "name": " ",
        "channel": "email",
        "address": "nobody",
        "quotas": ["a b", 1],
        "standings": ["above"],
        "language": "da",
        "colour": "red",
    }
    answer = await notifications.coordination.post(RECIPIENTS, wrong)
    assert faults(answer) == {
        ("/name", "malformed"),
        ("/address", "address-malformed"),
        ("/quotas/0", "malformed"),
        ("/quotas/1", "wrong-type"),
        ("/standings/0", "malformed"),
        ("/language", "malformed"),
        ("/colour", "unknown-field"),
    }


async def test_every_missing_field_is_told_at_once(notifications: Notifications) -> None:
    answer = await notifications.coordination.post(RECIPIENTS, {})
    missing = {"/name", "/channel", "/quotas", "/standings", "/language"}
    assert faults(answer) == {(pointer, "missing") for pointer in missing}


async def test_who_is_written_to_needs_an_address(notifications: Notifications) -> None:
    for channel in ("email", "webhook"):
        body = a_recipient(channel=channel, address=None)
        for given in (body, {name: body[name] for name in body if name != "address"}):
            answer = await notifications.coordination.post(RECIPIENTS, given)
            assert faults(answer) == {("/address", "missing")}


WRONG: list[tuple[str, Any, str]] = [
    ("name", "", "malformed"),
    ("name", "x" * 121, "malformed"),
    ("name", "a\nb", "malformed"),
    ("name", "a\0b", "malformed"),
    ("name", 1, "wrong-type"),
    ("name", None, "wrong-type"),
    ("channel", "fax", "malformed"),
    ("address", "a\nb", "malformed"),
    ("address", 1, "wrong-type"),
    ("quotas", "sh-regular", "wrong-type"),
    ("quotas", ["a", "a"], "malformed"),
    ("standings", ["over", "over"], "malformed"),
    ("language", "DE", "malformed"),
]


async def test_a_wrong_value_is_refused_at_its_place(notifications: Notifications) -> None:
    for name, value, code in WRONG:
        answer = await notifications.coordination.post(RECIPIENTS, a_recipient(**{name: value}))
        assert faults(answer) == {(f"/{name}", code)}, value
    for name, value in (("quotas", "a" * 41), ("standings", None)):
        answer = await notifications.coordination.post(RECIPIENTS, a_recipient(**{name: [value]}))
        assert faults(answer) == {(f"/{name}/0", "malformed")}, value


async def test_a_webhook_that_leads_inside_is_refused_however_it_is_written(
    notifications: Notifications,
) -> None:
    for address in INSIDE:
        body = a_recipient(channel="webhook", address=address)
        answer = await notifications.coordination.post(RECIPIENTS, body)
        assert faults(answer) == {("/address", "address-inside")}, address


async def test_a_webhook_that_is_no_web_address_is_refused(notifications: Notifications) -> None:
    for address in MALFORMED:
        body = a_recipient(channel="webhook", address=address)
        answer = await notifications.coordination.post(RECIPIENTS, body)
        assert faults(answer) == {("/address", "address-malformed")}, address


async def test_only_the_allowed_loopback_address_is_accepted(
    database: OwnDatabase, issuer: IssuerInTest
) -> None:
    allowed = {"webhook_allowed": "http://127.0.0.1:8407"}
    async with running_notifications(database, issuer, **allowed) as notifications:
        caller = notifications.coordination
        await caller.made(channel="webhook", address="http://127.0.0.1:8407/hook")
        for address in ("http://127.0.0.1:8408/hook", "http://localhost:8407/hook"):
            body = a_recipient(channel="webhook", address=address)
            answer = await caller.post(RECIPIENTS, body)
            assert faults(answer) == {("/address", "address-inside")}


async def test_a_recipient_is_changed_by_who_knows_its_state(
    notifications: Notifications,
) -> None:
    caller, made = notifications.coordination, await notifications.coordination.made(**WEBHOOK)
    path, tag = made.headers["Location"], made.headers["ETag"]
    wanted = a_recipient(**WEBHOOK | {"address": "https://new.flensburg.example/", "name": "Neu"})
    assert (await caller.put(path, wanted)).status_code == 428
    changed = await caller.put(path, wanted, If_Match=tag)
    assert (changed.status_code, changed.json()) == (200, {"id": made.json()["id"], **wanted})
    assert changed.headers["ETag"] != tag
    assert (await caller.put(path, wanted, If_Match=tag)).status_code == 412
    assert (await caller.get(path)).json() == changed.json()
    assert (await caller.delete(path, If_Match=tag)).status_code == 412


async def test_a_changed_recipient_is_checked_like_a_new_one(
    notifications: Notifications,
) -> None:
    caller, made = notifications.coordination, await notifications.coordination.made(**WEBHOOK)
    path, tag = made.headers["Location"], made.headers["ETag"]
    inside = a_recipient(channel="webhook", address="http://127.0.0.1/")
    answer = await caller.put(path, inside, If_Match=tag)
    assert faults(answer) == {("/address", "address-inside")}
    mail = a_recipient(channel="email", address="team@kiel.example")
    assert faults(await caller.put(path, mail, If_Match=tag)) == {("/channel", "channel-fixed")}
    assert (await caller.get(path)).headers["ETag"] == tag


async def test_a_deleted_recipient_is_gone(notifications: Notifications) -> None:
    caller, made = notifications.coordination, await notifications.coordination.made()
    path, tag = made.headers["Location"], made.headers["ETag"]
    assert (await caller.delete(path)).status_code == 428
    deleted = await caller.delete(path, If_Match=tag)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (await caller.get(path)).status_code == 404
    assert (await caller.delete(path, If_Match=tag)).status_code == 404
    assert made.json() not in await caller.items(RECIPIENTS)


async def test_others_do_not_see_recipients(notifications: Notifications) -> None:
    for role in ("city", "auditor", "operator", "service"):
        caller = notifications.caller(role, role)
        assert (await caller.get(RECIPIENTS)).status_code == 403
        assert (await caller.post(RECIPIENTS, a_recipient())).status_code == 403


async def test_a_foreign_lands_recipients_are_not_there(notifications: Notifications) -> None:
    made = await notifications.coordination.made()
    foreign = notifications.caller("hamburg", "coordination", lands=("02",))
    path, tag = made.headers["Location"], made.headers["ETag"]
    assert await foreign.items(RECIPIENTS) == []
    assert (await foreign.get(path)).status_code == 404
    assert (await foreign.put(path, a_recipient(), If_Match=tag)).status_code == 404
    assert (await foreign.delete(path, If_Match=tag)).status_code == 404
    both = notifications.caller("nord", "coordination", lands=("01", "02"))
    assert (await both.get(path)).status_code == 200
    wide = await both.made()
    assert (await foreign.get(wide.headers["Location"])).status_code == 404


async def test_the_first_recipients_do_not_come_back_once_they_are_deleted(
    database: OwnDatabase, issuer: IssuerInTest
) -> None:
    async with running_notifications(database, issuer) as notifications:
        caller = notifications.coordination
        first = await caller.items(RECIPIENTS)
        assert {(one["channel"], one["address"]) for one in first} == {
            ("log", None),
            ("email", "koordinierung@flensburg.example"),
        }
        for one in first:
            path = f"{RECIPIENTS}/{one['id']}"
            tag = (await caller.get(path)).headers["ETag"]
            assert (await caller.delete(path, If_Match=tag)).status_code == 204
    async with running_notifications(database, issuer) as notifications:
        assert await notifications.coordination.items(RECIPIENTS) == []


async def test_recipients_are_listed_newest_first_page_by_page(
    notifications: Notifications,
) -> None:
    made = [(await notifications.coordination.made()).json() for _ in range(3)]
    page = await notifications.coordination.seen(RECIPIENTS, limit=2)
    assert page["items"] == [made[2], made[1]]
    page = await notifications.coordination.seen(RECIPIENTS, limit=2, cursor=page["next"])
    assert page["items"][0] == made[0]


async def test_a_test_is_answered_with_its_delivery(notifications: Notifications) -> None:
    made = await notifications.coordination.made()
    path = f"{made.headers['Location']}/test"
    answer = await notifications.coordination.post(path, {})
    assert answer.status_code == 202
    delivery = answer.json()
    assert (delivery["recipient"], delivery["alerts"]) == (made.json()["id"], [])
    assert (await notifications.coordination.get(f"{DELIVERIES}/{delivery['id']}")).json()[
        "id"
    ] == delivery["id"]
