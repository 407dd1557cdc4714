"""One Idempotency-Key, one effect, whatever is repeated, parallel or broken off."""

import asyncio
import secrets
from collections import Counter

import httpx
import pytest

from embedded.credentials import Client
from tests.integration.shared.conftest import Interrupter
from tests.integration.shared.processes import NOTES, Notes

pytestmark = pytest.mark.asyncio


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition("/")[2]


async def test_fifty_identical_posts_in_parallel_have_one_effect(notes: Notes) -> None:
    key = secrets.token_hex(8)
    answers = await asyncio.gather(*(notes.write("once", key, seconds=0.2) for _ in range(50)))
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409}
    assert {slug(answer) for answer in answers if answer.status_code == 409} <= {"in-flight"}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 409)
    assert await notes.count("once") == 1


async def test_a_replay_gives_the_first_answer_and_says_so(notes: Notes) -> None:
    first = await notes.write("again", "key")
    second = await notes.write("again", "key")
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    for name in ("etag", "location", "content-type"):
        assert second.headers[name] == first.headers[name]
    assert await notes.count("again") == 1


async def test_another_body_under_the_key_is_refused(notes: Notes) -> None:
    await notes.write("mine", "key")
    other = await notes.write("yours", "key")
    assert (other.status_code, slug(other)) == (409, "idempotency-key-reused")
    assert await notes.count("yours") == 0


async def test_the_same_values_in_other_bytes_are_another_body(notes: Notes) -> None:
    headers = {"Idempotency-Key": "key", "Content-Type": "application/json"}
    first = await notes.request("POST", NOTES, content=b'{"said":"a"}', headers=headers)
    second = await notes.request("POST", NOTES, content=b'{"said": "a"}', headers=headers)
    assert (first.status_code, slug(second)) == (201, "idempotency-key-reused")


async def test_a_refused_request_leaves_its_key_free(notes: Notes) -> None:
    refused = await notes.write("mended", "key", seconds=1.1)
    assert (refused.status_code, slug(refused)) == (409, "already-withdrawn")
    failed = await notes.write("fail", "key")
    assert (failed.status_code, slug(failed)) == (500, "failure")
    mended = await notes.write("mended", "key")
    assert mended.status_code == 201
    assert await notes.count("mended") == 1
    assert await notes.count("fail") == 0


async def test_a_key_is_the_clients_own(notes: Notes) -> None:
    other = notes.issuer.token(Client("other", "", ("coordination",), ("01",)))
    headers = {"Idempotency-Key": "key"}
    first = await notes.write("ours", "key")
    second = await notes.request("POST", NOTES, token=other, json={"said": "ours"}, headers=headers)
    assert second.status_code == 201
    assert first.json() != second.json()
    assert await notes.count("ours") == 2


async def test_a_key_belongs_to_one_path_and_query(notes: Notes) -> None:
    first = await notes.write("one", "key")
    number = first.json()["id"]
    headers = {"Idempotency-Key": "key", "If-Match": '"one"'}
    changed = await notes.request(
        "POST", f"{NOTES}/{number}/said", json={"said": "two"}, headers=headers
    )
    assert changed.json() == {"said": "two"}
    queried = await notes.write("one", "key", path=f"{NOTES}?dry_run=false")
    assert queried.status_code == 201
    assert queried.json()["id"] != number


async def test_a_replay_is_not_asked_for_the_state_that_it_changed(notes: Notes) -> None:
    number = (await notes.write("one")).json()["id"]
    headers = {"Idempotency-Key": "key", "If-Match": '"one"'}
    path = f"{NOTES}/{number}/said"
    first = await notes.request("POST", path, json={"said": "two"}, headers=headers)
    second = await notes.request("POST", path, json={"said": "two"}, headers=headers)
    assert (second.status_code, second.content) == (201, first.content)
    late = await notes.request(
        "POST", path, json={"said": "two"}, headers={**headers, "Idempotency-Key": "new"}
    )
    assert (late.status_code, slug(late)) == (412, "changed-meanwhile")


async def test_a_computation_needs_no_key_and_keeps_none(notes: Notes) -> None:
    path = f"{NOTES}?dry_run=true"
    bare = await notes.request("POST", path, json={"said": "dry"})
    assert (bare.status_code, bare.json()) == (201, {"id": 0})
    assert (await notes.write("dry", "key", path=path)).status_code == 201
    assert (await notes.write("else", "key", path=path)).status_code == 201


async def test_a_key_of_other_letters_is_malformed(notes: Notes) -> None:
    for key in ("", "a b", "ü", "a" * 129, "a\tb"):
        headers = {"Idempotency-Key": key.encode()}
        answer = await notes.request("POST", NOTES, json={"said": "a"}, headers=headers)
        assert (answer.status_code, slug(answer)) == (400, "idempotency-key-malformed")


async def test_a_crash_in_between_leaves_no_effect_and_a_free_key(
    notes: Notes, interrupter: Interrupter
) -> None:
    writing = asyncio.create_task(notes.write("cut", "key", seconds=1.0))
    await interrupter.cut_whoever_sleeps()
    assert (await writing).status_code == 503
    again = await notes.write("cut", "key")
    assert again.status_code == 201
    assert "idempotency-replayed" not in again.headers
    assert await notes.count("cut") == 1
