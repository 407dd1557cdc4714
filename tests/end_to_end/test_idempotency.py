"""One Idempotency-Key, one effect, whatever is repeated."""

import asyncio
import uuid

import httpx
import pytest

from tests.end_to_end.placements import (
    ENTRIES,
    FLENSBURG,
    KIEL,
    PLACEMENTS,
    a_placement,
    act,
    correct,
    head,
    record,
    withdraw,
)
from tests.end_to_end.problems import problem
from tests.end_to_end.system import JSON_BODY, System

pytestmark = pytest.mark.asyncio(loop_scope="session")


def a_key() -> str:
    return str(uuid.uuid4())


def is_replay(answer: httpx.Response, first: httpx.Response) -> bool:
    assert answer.headers.get("Idempotency-Replayed") == "true"
    assert "Idempotency-Replayed" not in first.headers
    kept = ("ETag", "Location", "Content-Type")
    assert {n: answer.headers.get(n) for n in kept} == {n: first.headers.get(n) for n in kept}
    return (answer.status_code, answer.content) == (first.status_code, first.content)


async def test_a_repeated_request_gets_the_first_answer_and_records_nothing(
    system: System,
) -> None:
    city, key = system.city(FLENSBURG), a_key()
    first = await city.post(PLACEMENTS, a_placement(), Idempotency_Key=key)
    before = await head(system)
    again = await city.post(PLACEMENTS, a_placement(), Idempotency_Key=key)
    assert first.status_code == 201
    assert is_replay(again, first)
    assert await head(system) == before


async def test_a_repeated_batch_gets_the_first_answer(system: System) -> None:
    city, key = system.city(FLENSBURG), a_key()
    body = {"placements": [a_placement(), a_placement(persons=2)]}
    path = f"{PLACEMENTS}/batch"
    first = await city.post(path, body, Idempotency_Key=key)
    assert is_replay(await city.post(path, body, Idempotency_Key=key), first)


async def test_a_repeated_correction_is_answered_though_its_tag_is_stale(system: System) -> None:
    city = system.city(FLENSBURG)
    recorded = await record(city)
    path = f"{PLACEMENTS}/{recorded.json()['id']}/corrections"
    body = {"persons": 4, "reason": "typing-error"}
    sent = {"If_Match": recorded.headers["ETag"], "Idempotency_Key": a_key()}
    first = await city.post(path, body, **sent)
    assert is_replay(await city.post(path, body, **sent), first)
    await withdraw(city, first)
    assert is_replay(await city.post(path, body, **sent), first)


async def test_a_repeat_without_its_tag_is_still_a_repeat(system: System) -> None:
    city, key = system.city(FLENSBURG), a_key()
    recorded = await record(city)
    path = f"{PLACEMENTS}/{recorded.json()['id']}/withdrawal"
    body = {"reason": "typing-error"}
    first = await city.post(path, body, Idempotency_Key=key, If_Match=recorded.headers["ETag"])
    assert is_replay(await city.post(path, body, Idempotency_Key=key), first)


async def test_a_post_without_a_key_is_refused(system: System) -> None:
    city = system.city(FLENSBURG)
    answer = await city.ask("POST", PLACEMENTS, json=a_placement())
    problem(answer, 400, "idempotency-key-missing")


@pytest.mark.parametrize("key", [b"", b"a b", b"a\tb", b"x" * 129, "schlüssel".encode(), b"\xff"])
async def test_a_malformed_key_is_refused(system: System, key: bytes) -> None:
    token = await system.token("city-01001")
    sent = {b"Idempotency-Key": key, b"Authorization": f"Bearer {token}".encode()}
    answer = await system.ask("POST", PLACEMENTS, json=a_placement(), headers=sent)
    slug = "idempotency-key-malformed" if key else answer.json()["type"].rpartition("/")[2]
    assert slug.startswith("idempotency-key-")
    problem(answer, 400, slug)


async def test_the_longest_key_of_any_visible_characters_is_good(system: System) -> None:
    key = (a_key() + "".join(map(chr, range(33, 127))))[:128]
    answer = await system.city(FLENSBURG).post(PLACEMENTS, a_placement(), Idempotency_Key=key)
    assert answer.status_code == 201


async def test_a_key_used_for_another_body_is_refused(system: System) -> None:
    city, key = system.city(FLENSBURG), a_key()
    await city.post(PLACEMENTS, a_placement(), Idempotency_Key=key)
    other = await city.post(PLACEMENTS, a_placement(persons=2), Idempotency_Key=key)
    problem(other, 409, "idempotency-key-reused")
    invalid = await city.post(PLACEMENTS, a_placement(persons=0), Idempotency_Key=key)
    problem(invalid, 422, "invalid")


async def test_the_same_body_means_the_same_bytes(system: System) -> None:
    city, key = system.city(FLENSBURG), a_key()
    text = b'{"unit":"01001","programme":"asylum","persons":1,"effective_on":"2023-05-01"}'
    first = await city.post_bytes(PLACEMENTS, text, Idempotency_Key=key)
    assert first.status_code == 201
    answer = await city.post_bytes(PLACEMENTS, text + b" ", Idempotency_Key=key)
    problem(answer, 409, "idempotency-key-reused")
    assert is_replay(await city.post_bytes(PLACEMENTS, text, Idempotency_Key=key), first)


async def test_another_client_may_use_the_same_key(system: System) -> None:
    key = a_key()
    for client, unit in (("city-01001", FLENSBURG), ("city-01002", KIEL), ("coordination", KIEL)):
        caller = system.caller(client)
        answer = await caller.post(PLACEMENTS, a_placement(unit=unit), Idempotency_Key=key)
        assert answer.status_code == 201
        assert "Idempotency-Replayed" not in answer.headers


async def test_the_same_key_on_another_path_or_query_is_another_key(system: System) -> None:
    city, key = system.city(FLENSBURG), a_key()
    body = {"placements": [a_placement()]}
    for path, sent in ((PLACEMENTS, a_placement()), (f"{PLACEMENTS}/batch", body)):
        answer = await city.post(path, sent, Idempotency_Key=key)
        assert answer.status_code == 201


async def test_a_refused_request_keeps_no_key(system: System) -> None:
    city, key = system.city(FLENSBURG), a_key()
    refused = await city.post(PLACEMENTS, a_placement(persons=0), Idempotency_Key=key)
    problem(refused, 422, "invalid")
    mended = await city.post(PLACEMENTS, a_placement(persons=1), Idempotency_Key=key)
    assert mended.status_code == 201
    assert "Idempotency-Replayed" not in mended.headers


async def test_a_change_refused_for_its_state_keeps_no_key(system: System) -> None:
    city, key = system.city(FLENSBURG), a_key()
    recorded = await record(city)
    corrected = await correct(city, recorded, persons=2)
    path = f"{PLACEMENTS}/{recorded.json()['id']}/withdrawal"
    body = {"reason": "typing-error"}
    stale = {"If_Match": recorded.headers["ETag"], "Idempotency_Key": key}
    problem(await city.post(path, body, **stale), 412, "changed-meanwhile")
    fresh = stale | {"If_Match": corrected.headers["ETag"]}
    assert (await city.post(path, body, **fresh)).status_code == 201


async def test_twenty_identical_requests_at_once_are_one_entry(system: System) -> None:
    city, before = system.city(FLENSBURG), await head(system)
    sent = {"Idempotency_Key": a_key()}
    body = a_placement(persons=7)
    answers = await asyncio.gather(*(city.post(PLACEMENTS, body, **sent) for _ in range(20)))
    assert len(await system.coordination.fed(ENTRIES, after=before)) == 1
    created = [answer for answer in answers if answer.status_code == 201]
    first = [answer for answer in created if "Idempotency-Replayed" not in answer.headers]
    assert len(first) == 1
    assert all(is_replay(answer, first[0]) for answer in created if answer is not first[0])
    for answer in answers:
        if answer.status_code != 201:
            problem(answer, 409, "in-flight")
            assert int(answer.headers["Retry-After"]) >= 0


async def test_a_replay_looks_at_the_role_first(system: System) -> None:
    key = a_key()
    await system.city(FLENSBURG).post(PLACEMENTS, a_placement(), Idempotency_Key=key)
    token = await system.token("auditor")
    headers = JSON_BODY | {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    answer = await system.ask("POST", PLACEMENTS, json=a_placement(), headers=headers)
    problem(answer, 403, "role")


async def test_a_withdrawal_in_parallel_happens_once(system: System) -> None:
    city = system.city(FLENSBURG)
    recorded = await record(city)
    answers = await asyncio.gather(
        *(act(city, recorded, "withdrawal", {"reason": "typing-error"}) for _ in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [412] * 7
