"""A city touches only its own: every route with every role, with own and with foreign things."""

import json
import time
from typing import Any

import httpx
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.end_to_end.alerts import ALERTS, DELIVERIES, RECIPIENTS, register
from tests.end_to_end.authority import CALLERS, REFUSALS, Asked, asked, declared
from tests.end_to_end.own_quotas import own_quota
from tests.end_to_end.placements import ENTRIES, FLENSBURG, KIEL, PLACEMENTS, act, record
from tests.end_to_end.problems import faults, problem
from tests.end_to_end.quotas import QUOTAS
from tests.end_to_end.system import JSON_BODY, Json, System, new_key
from tests.eventually import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

KEYS = "/admissions/v1/api-keys"
HAMBURG = {"city-02000": "city", "coordination-02": "coordination", "auditor-02": "auditor"}
LISTS = (PLACEMENTS, "/admissions/v1/transfers", KEYS, QUOTAS, ALERTS, RECIPIENTS, DELIVERIES)


def token_for_hamburg(system: System, client: str) -> str:
    """A token that only the issuer itself can give: no client of a trial reaches Hamburg."""
    path = system.access_file.parent / "secrets" / "issuer_key.json"
    key = ECKey.import_key(json.loads(path.read_text()))
    claims: Json = {
        "iss": system.access["issuer"],
        "aud": system.access["audience"],
        "sub": client,
        "exp": int(time.time()) + 600,
        "roles": [HAMBURG[client]],
        "lands": ["02"],
        "units": ["02000", FLENSBURG],  # of a Land that it does not reach
    }
    return jwt.encode({"alg": "ES256", "kid": key.kid, "typ": "at+jwt"}, claims, key)


@pytest_asyncio.fixture(loop_scope="session")
async def bearers(system: System) -> dict[str, str]:
    """What every caller of the table comes in with."""
    named = [one for one in CALLERS if one != "key" and one not in HAMBURG]
    made = (await system.coordination.post(KEYS, {"unit": FLENSBURG})).json()
    given = {one: await system.token(one) for one in named} | {"key": made["key"]}
    return given | {one: token_for_hamburg(system, one) for one in HAMBURG}


@pytest_asyncio.fixture(loop_scope="session")
async def things(system: System) -> Json:
    """One thing of every kind in Schleswig-Holstein, Flensburg's where it is a unit's."""
    flensburg = system.city(FLENSBURG)
    placement = await record(flensburg)
    moved = {"to_unit": KIEL, "effective_on": "2023-06-01", "reason": "agreed-transfer"}
    recipient = await register(system, channel="log", address=None)
    at_recipient = f"{RECIPIENTS}/{recipient.json()['id']}"
    return {
        "placement_id": placement.json()["id"],
        "transfer_id": (await act(flensburg, placement, "transfer", moved)).json()["id"],
        "key_id": (await system.coordination.post(KEYS, {"unit": FLENSBURG})).json()["id"],
        "quota": (await own_quota(system)).code,
        "alert_id": await an_alert(system),
        "recipient_id": recipient.json()["id"],
        "delivery_id": (await system.coordination.post(f"{at_recipient}/test", {})).json()["id"],
        "land": "01",
        "unit": "01061",
    }


async def an_alert(system: System) -> str:
    """Any alert; where nobody crossed yet, Flensburg takes in a hundred people."""
    if not await system.coordination.listed(ALERTS):
        await record(system.city(FLENSBURG), persons=100)

    async def newest() -> Any:
        return (await system.coordination.seen(ALERTS, limit=1))["items"]

    alerts = await eventually(newest, within=30, because="somebody crosses")
    return str(alerts[0]["id"])


async def operations(system: System) -> set[str]:
    """Method and template of every route that asks who calls, as the documents say."""
    found = set()
    for service in ("admissions", "quota", "notifications"):
        document = (await system.ask("GET", f"/{service}/openapi.json")).json()
        for path, item in document["paths"].items():
            found |= {f"{method.upper()} {path}" for method in item if item[method]["security"]}
    return found


async def send(
    system: System, operation: str, things: Json, request: Asked, bearer: str | None
) -> httpx.Response:
    method, _, template = operation.partition(" ")
    own = new_key() if method == "POST" else {}
    given = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    body = request.body if request.json is None else json.dumps(request.json).encode()
    return await system.ask(
        method,
        template.format_map(things) + request.query,
        content=body,
        headers=(JSON_BODY if body else {}) | own | given | dict(request.headers),
    )


async def world(system: System, things: Json) -> list[Any]:
    """Everything that a refused request might have changed; when a key was last used it may."""
    lists = [await system.coordination.listed(path, limit=500) for path in LISTS]
    for one in (one for items in lists for one in items):
        one.pop("last_used_at", None)
    ledger = await system.coordination.fed(ENTRIES)
    return [*lists, ledger, await system.coordination.seen(f"{QUOTAS}/{things['quota']}")]


async def delivered(system: System) -> bool:
    """Whether no delivery is still to be tried."""
    listed = await system.coordination.listed(DELIVERIES, limit=500)
    return all(one["next_try"] is None for one in listed)


async def audited(system: System) -> set[tuple[str, ...]]:
    """Who was refused what, and why, as the audit logs of the services say."""
    auditor, services = system.caller("auditor"), ("admissions", "quota", "notifications")
    entries = [one for name in services for one in await auditor.fed(f"/{name}/v1/audit")]
    refused = [one for one in entries if one["outcome"] == "refused"]
    return {(one["actor"], one["act"], one["reason"]) for one in refused}


async def test_every_route_is_in_the_table(system: System) -> None:
    assert declared().keys() == await operations(system)


@pytest.mark.promise(24)
async def test_a_city_touches_only_its_own(
    system: System, bearers: dict[str, str], things: Json
) -> None:
    await eventually(lambda: delivered(system), within=30, because="what was set off is sent")
    requests, before = asked(things["quota"]), await world(system, things)
    refused: set[tuple[str, ...]] = set()
    for operation, row in declared().items():
        request = requests.get(operation, Asked())
        problem(await send(system, operation, things, request, None), 401, "token-missing")
        for caller, letter in row.items():
            if letter in REFUSALS:
                answer = await send(system, operation, things, request, bearers[caller])
                where = f"{operation} by {caller}: {answer.status_code} {answer.text}"
                slug = answer.json()["type"].rpartition("/")[2]
                assert (answer.status_code, slug) == REFUSALS[letter], where
                if caller != "key":  # it has a name of its own
                    refused.add((caller, operation, slug))
    assert await world(system, things) == before
    assert refused - await audited(system) == set()


@pytest.mark.promise(24)
async def test_whom_the_table_lets_in_comes_in_and_sees_nothing_foreign(
    system: System, bearers: dict[str, str], things: Json
) -> None:
    requests = asked(things["quota"])
    own = [thing for name, thing in things.items() if name not in {"land", "unit"}]
    for operation, row in declared().items():
        request = requests.get(operation, Asked())
        for caller, letter in row.items():
            if letter not in REFUSALS:
                answer = await send(system, operation, things, request, bearers[caller])
                where = f"{operation} by {caller}: {answer.status_code} {answer.text}"
                assert answer.status_code not in {401, 403, 404}, where
                assert answer.status_code < 500, where
                if letter == "e":
                    assert answer.status_code == 200, where
                    assert not [thing for thing in own if thing in answer.text], where


@pytest.mark.parametrize(("caller", "land"), [("coordination", "01"), ("coordination-02", "02")])
async def test_a_quotas_code_is_taken_once_also_in_another_land(
    system: System, bearers: dict[str, str], caller: str, land: str
) -> None:
    body = {"quota": "sh-regular", "land": land, "name": "Noch eine", "source": "nobody"}
    bearer = {"Authorization": f"Bearer {bearers[caller]}"}
    answer = await system.ask("POST", QUOTAS, json=body, headers=bearer | new_key())
    assert faults(answer) == {("/quota", "quota-exists")}
    mine = await system.ask("GET", QUOTAS, headers=bearer)
    assert {one["land"] for one in mine.json()["items"]} <= {land}
