"""What is looked at first, when a request is wrong in more than one way."""

from typing import Any

import pytest

from tests.end_to_end.placements import (
    FLENSBURG,
    KIEL,
    NO_SUCH_ID,
    PLACEMENTS,
    a_placement,
    correct,
    record,
    withdraw,
)
from tests.end_to_end.problems import problem
from tests.end_to_end.system import JSON_BODY, System, new_key

pytestmark = pytest.mark.asyncio(loop_scope="session")

BAD_TOKEN = {"Authorization": "Bearer nonsense"}
TOO_LARGE = b" " * (1024 * 1024 + 1)


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/admissions", "/admissions/v2/placements", "/admissions/v1/nothing"),
        *("/quota/v1", "/notifications/v1/nothing", "/other/v1/placements"),
        f"{PLACEMENTS}/{NO_SUCH_ID}/corrections/1",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
async def test_the_path_comes_first(system: System, method: str, path: str) -> None:
    if path == "/" and method == "GET":
        assert (await system.ask(method, path)).status_code < 500
    else:
        problem(await system.ask(method, path, headers=BAD_TOKEN), 404, "not-found")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (PLACEMENTS, {"GET", "POST"}),
        (f"{PLACEMENTS}/batch", {"POST"}),
        (f"{PLACEMENTS}/{NO_SUCH_ID}/withdrawal", {"POST"}),
        ("/quota/v1/allotments", {"POST"}),
        ("/quota/v1/crossings/01", {"GET"}),
        ("/notifications/v1/alerts", {"GET"}),
        (f"/notifications/v1/recipients/{NO_SUCH_ID}", {"GET", "PUT", "DELETE"}),
    ],
)
async def test_the_method_comes_before_size_and_token(
    system: System, path: str, allowed: set[str]
) -> None:
    for method in ("PATCH", "DELETE") if "DELETE" not in allowed else ("PATCH", "POST"):
        answer = await system.ask(method, path, content=TOO_LARGE)
        problem(answer, 405, "method")
        named = {one.strip() for one in answer.headers["Allow"].split(",")}
        assert named - {"HEAD", "OPTIONS"} >= allowed
        assert method not in named


async def test_the_size_comes_before_the_token(system: System) -> None:
    for path in (PLACEMENTS, "/quota/v1/allotments", "/notifications/v1/recipients"):
        problem(await system.ask("POST", path, content=TOO_LARGE), 413, "too-large")


async def test_the_token_comes_before_everything_in_the_request(system: System) -> None:
    sent = {"content": b"{", "headers": BAD_TOKEN | {"Content-Type": "text/plain"}}
    problem(await system.ask("POST", PLACEMENTS, **sent), 401, "token-invalid")
    problem(await system.ask("POST", PLACEMENTS, content=b"{"), 401, "token-missing")


async def ask(system: System, client: str, path: str, body: bytes, headers: Any) -> Any:
    return await system.caller(client).ask("POST", path, content=body, headers=headers)


async def test_the_role_comes_before_the_media_type(system: System) -> None:
    answer = await ask(system, "auditor", PLACEMENTS, b"{", {"Content-Type": "text/plain"})
    problem(answer, 403, "role")


async def test_the_media_type_comes_before_the_key(system: System) -> None:
    answer = await ask(system, "city-01001", PLACEMENTS, b"{", {"Content-Type": "text/plain"})
    problem(answer, 415, "media-type")


async def test_the_key_comes_before_the_json(system: System) -> None:
    answer = await ask(system, "city-01001", PLACEMENTS, b"{", JSON_BODY)
    problem(answer, 400, "idempotency-key-missing")
    malformed = JSON_BODY | {"Idempotency-Key": "a b"}
    answer = await ask(system, "city-01001", PLACEMENTS, b"{", malformed)
    problem(answer, 400, "idempotency-key-malformed")


async def test_the_json_comes_before_thing_and_tag(system: System) -> None:
    path = f"{PLACEMENTS}/{NO_SUCH_ID}/withdrawal"
    answer = await ask(system, "city-01001", path, b"{", JSON_BODY | new_key())
    problem(answer, 400, "not-json")


async def test_values_come_before_authority(system: System) -> None:
    wrong = a_placement(unit=KIEL, persons=0)
    problem(await system.city(FLENSBURG).post(PLACEMENTS, wrong), 422, "invalid")
    foreign = await system.city(FLENSBURG).post(PLACEMENTS, a_placement(unit=KIEL))
    problem(foreign, 403, "not-your-unit")


async def test_values_come_before_the_thing(system: System) -> None:
    path = f"{PLACEMENTS}/{NO_SUCH_ID}/withdrawal"
    problem(await system.coordination.post(path, {"reason": "because"}), 422, "invalid")


async def test_the_thing_comes_before_its_tag(system: System) -> None:
    for path in (NO_SUCH_ID, (await record(system.city(KIEL), unit=KIEL)).json()["id"]):
        answer = await system.city(FLENSBURG).post(
            f"{PLACEMENTS}/{path}/withdrawal", {"reason": "typing-error"}
        )
        problem(answer, 404, "not-found")


async def test_values_come_before_the_tag(system: System) -> None:
    city = system.city(FLENSBURG)
    path = f"{PLACEMENTS}/{(await record(city)).json()['id']}/corrections"
    wrong = {"persons": 0, "reason": "typing-error"}
    problem(await city.post(path, wrong), 422, "invalid")
    problem(await city.post(path, wrong, If_Match='"stale"'), 422, "invalid")


async def test_the_tag_comes_before_the_state(system: System) -> None:
    city = system.city(FLENSBURG)
    recorded = await record(city)
    path = f"{PLACEMENTS}/{recorded.json()['id']}/withdrawal"
    withdrawn = await withdraw(city, recorded)
    body = {"reason": "typing-error"}
    problem(await city.post(path, body), 428, "if-match-missing")
    stale = await city.post(path, body, If_Match=recorded.headers["ETag"])
    problem(stale, 412, "changed-meanwhile")
    fresh = await city.post(path, body, If_Match=withdrawn.headers["ETag"])
    problem(fresh, 409, "already-withdrawn")


async def test_a_reused_key_comes_before_tag_and_state(system: System) -> None:
    city = system.city(FLENSBURG)
    recorded = await record(city)
    key = new_key()["Idempotency-Key"]
    path = f"{PLACEMENTS}/{recorded.json()['id']}/corrections"
    tag = recorded.headers["ETag"]
    first = {"persons": 2, "reason": "typing-error"}
    await city.post(path, first, Idempotency_Key=key, If_Match=tag)
    other = await city.post(path, first | {"persons": 3}, Idempotency_Key=key, If_Match=tag)
    problem(other, 409, "idempotency-key-reused")


async def test_a_stale_tag_comes_before_nothing_changed(system: System) -> None:
    city = system.city(FLENSBURG)
    recorded = await record(city, persons=3)
    await correct(city, recorded, persons=4)
    problem(await correct(city, recorded, persons=4), 412, "changed-meanwhile")
