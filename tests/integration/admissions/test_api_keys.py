"""API keys: made by the coordination, for one unit, until they end or are revoked."""

import secrets
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.admissions.api.key_ring import KeyRing, digest_of
from shared.clock import now
from tests.eventually import eventually
from tests.integration.admissions.service import (
    API_KEY_SECRET,
    PLACEMENTS,
    ROOT,
    Admissions,
    Caller,
    Json,
    a_placement,
)

pytestmark = pytest.mark.asyncio

KEYS = f"{ROOT}/api-keys"


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition("/")[2]


async def make(admissions: Admissions, **changes: Any) -> Json:
    """A new key for Flensburg, as it was shown."""
    answer = await admissions.coordination.post(KEYS, {"unit": "01001"} | changes)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"{KEYS}/{answer.json()['id']}"
    return dict(answer.json())


def with_key(admissions: Admissions, made: Json) -> Caller:
    return Caller(admissions.client, made["key"])


async def revoke(admissions: Admissions, made: Json) -> httpx.Response:
    coordination = admissions.coordination
    headers = {"Authorization": f"Bearer {coordination.token}"}
    return await admissions.client.delete(f"{KEYS}/{made['id']}", headers=headers)


async def test_a_key_acts_as_the_city_of_its_unit_and_no_other(admissions: Admissions) -> None:
    system = with_key(admissions, await make(admissions))
    own = await system.record(unit="01001")
    assert (await system.get(f"{PLACEMENTS}/{own['id']}")).status_code == 200
    refused = await system.post(PLACEMENTS, a_placement(unit="01002"))
    assert (refused.status_code, slug(refused)) == (403, "not-your-unit")
    kiel = await admissions.city("01002").record(unit="01002")
    foreign = await system.get(f"{PLACEMENTS}/{kiel['id']}")
    assert (foreign.status_code, slug(foreign)) == (404, "not-found")


async def test_a_key_says_what_it_opens(admissions: Admissions) -> None:
    made = await make(admissions, scopes=["admissions:read"], label="Fachverfahren")
    assert (await with_key(admissions, made).get(f"{ROOT}/caller")).json() == {
        "client": f"api-key:{made['id']}",
        "roles": ["city"],
        "lands": ["01"],
        "units": ["01001"],
        "scopes": ["admissions:read"],
        "ends_at": made["expires_at"],
    }
    shown = (await admissions.coordination.get(f"{ROOT}/caller")).json()
    assert (shown["client"], shown["roles"], shown["scopes"]) == (
        "coordination",
        ["coordination"],
        None,
    )


async def test_a_scope_opens_its_routes_only(admissions: Admissions) -> None:
    reader = with_key(admissions, await make(admissions, scopes=["admissions:read"]))
    writer = with_key(admissions, await make(admissions, scopes=["admissions:write"]))
    elsewhere = with_key(admissions, await make(admissions, scopes=["quota:read"]))
    assert (await reader.get(PLACEMENTS)).status_code == 200
    assert (await writer.post(PLACEMENTS, a_placement())).status_code == 201
    for answer in (
        await reader.post(PLACEMENTS, a_placement()),
        await writer.get(PLACEMENTS),
        await elsewhere.get(PLACEMENTS),
        await elsewhere.post(PLACEMENTS, a_placement()),
    ):
        assert (answer.status_code, slug(answer)) == (403, "role")
    assert "admissions:write" in (await reader.post(PLACEMENTS, a_placement())).text


async def test_a_key_is_shown_once_and_kept_nowhere(admissions: Admissions) -> None:
    body = {"unit": "01001"}
    first = await admissions.coordination.post(KEYS, body, Idempotency_Key="one")
    again = await admissions.coordination.post(KEYS, body, Idempotency_Key="one")
    key, number = first.json()["key"], first.json()["id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (again.json()["key"], again.json()["id"]) == (None, number)
    listed = (await admissions.coordination.get(KEYS)).json()["items"]
    one = (await admissions.coordination.get(f"{KEYS}/{number}")).json()
    assert [one] == listed
    assert "key" not in one
    async with admissions.as_owner() as tx:
        rows = await tx.fetch("SELECT to_jsonb(k)::text FROM api_keys AS k")
        kept = await tx.fetch("SELECT convert_from(body, 'UTF8') FROM idempotency_keys")
        digest = await tx.fetchval("SELECT digest FROM api_keys")
    assert not [row for row in (*rows, *kept) if key[3:] in row[0]]
    assert digest == digest_of(key, API_KEY_SECRET.encode())
    assert len(key) == 46


async def test_a_revoked_key_opens_nothing_from_the_next_request_on(
    admissions: Admissions,
) -> None:
    made = await make(admissions)
    system = with_key(admissions, made)
    assert (await system.get(PLACEMENTS)).status_code == 200
    assert (await revoke(admissions, made)).status_code == 204
    answer = await system.get(PLACEMENTS)
    assert (answer.status_code, slug(answer)) == (401, "token-invalid")
    shown = (await admissions.coordination.get(f"{KEYS}/{made['id']}")).json()
    assert (await revoke(admissions, made)).status_code == 204
    assert shown["state"] == "revoked"
    assert shown == (await admissions.coordination.get(f"{KEYS}/{made['id']}")).json()


async def test_a_key_ends_when_it_says(admissions: Admissions) -> None:
    end = (now() + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    made = await make(admissions, expires_at=end)
    system = with_key(admissions, made)
    assert (await system.get(PLACEMENTS)).status_code == 200

    async def is_refused() -> bool:
        return (await system.get(PLACEMENTS)).status_code == 401

    await eventually(is_refused, within=5, because="the key has ended")
    shown = (await admissions.coordination.get(f"{KEYS}/{made['id']}")).json()
    assert shown["state"] == "expired"


@pytest.mark.parametrize(
    "wrong",
    [
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2999-01-01T00:00:00Z"},
        {"expires_at": "2027-01-01"},
        {"expires_at": 5},
        {"scopes": []},
        {"scopes": ["coordination"]},
        {"scopes": ["admissions:write"] * 4},
        {"label": ""},
        {"label": "a\nb"},
        {"label": "x" * 81},
        {"unit": "01999"},
        {"name": "Anna"},
        {"roles": ["coordination"]},
    ],
)
async def test_a_key_that_can_not_be_is_refused(
    admissions: Admissions, wrong: dict[str, Any]
) -> None:
    answer = await admissions.coordination.post(KEYS, {"unit": "01001"} | wrong)
    assert (answer.status_code, slug(answer)) == (422, "invalid")
    [fault] = answer.json()["errors"]
    assert fault["pointer"].startswith(f"/{next(iter(wrong))}")
    assert (await admissions.coordination.get(KEYS)).json()["items"] == []


async def test_only_the_coordination_of_its_land_makes_sees_and_revokes_a_key(
    admissions: Admissions,
) -> None:
    made = await make(admissions)
    hamburg = admissions.caller("hamburg", "coordination", lands=("02",))
    foreign = await hamburg.post(KEYS, {"unit": "01001"})
    assert (foreign.status_code, slug(foreign)) == (403, "not-your-unit")
    assert (await hamburg.get(KEYS)).json()["items"] == []
    headers = {"Authorization": f"Bearer {hamburg.token}"}
    for answer in (
        await hamburg.get(f"{KEYS}/{made['id']}"),
        await admissions.client.delete(f"{KEYS}/{made['id']}", headers=headers),
    ):
        assert (answer.status_code, slug(answer)) == (404, "not-found")
    own = with_key(admissions, made)
    for caller in (own, admissions.flensburg, admissions.auditor):
        assert slug(await caller.get(KEYS)) == "role"
        assert slug(await caller.post(KEYS, {"unit": "01001"})) == "role"
    assert (await own.get(PLACEMENTS)).status_code == 200


async def test_what_is_no_key_is_no_token_either(admissions: Admissions) -> None:
    made = await make(admissions)
    key: str = made["key"]
    for wrong in (
        "hl_",
        "hl_" + secrets.token_urlsafe(32),
        key[:-1],
        key + "a",
        key.upper(),
        key[3:],
        "hl_" + "' OR 1=1 --".ljust(43, "-"),
        "hl_" + "\u00e9" * 43,
    ):
        headers = {b"Authorization": f"Bearer {wrong}".encode()}
        answer = await admissions.client.get(PLACEMENTS, headers=headers)
        assert (answer.status_code, slug(answer)) == (401, "token-invalid"), wrong


async def test_when_a_key_was_last_used_is_written_down_later(admissions: Admissions) -> None:
    made = await make(admissions)
    system, path = with_key(admissions, made), f"{KEYS}/{made['id']}"
    await system.get(PLACEMENTS)
    assert (await admissions.coordination.get(path)).json()["last_used_at"] is None
    ring: KeyRing = admissions.app.state.key_ring
    async with admissions.own.pool("admissions") as database:
        await ring.keep_uses_now(database)
        first = (await admissions.coordination.get(path)).json()["last_used_at"]
        assert made["made_at"] < first
        await ring.keep_uses_now(database)
    assert (await admissions.coordination.get(path)).json()["last_used_at"] == first


async def test_keys_outlive_a_new_secret(admissions: Admissions) -> None:
    made = await make(admissions)
    ring: KeyRing = admissions.app.state.key_ring
    for known, opens in (([b"new" * 12, API_KEY_SECRET.encode()], True), ([b"new" * 12], False)):
        turned = KeyRing(ring._service, known)
        admissions.app.state.entrance._keys = turned
        answer = await with_key(admissions, made).get(PLACEMENTS)
        assert (answer.status_code == 200) is opens
