"""Placements that wait for the Land's lock together are recorded in one transaction."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from services.admissions.api.together import MOST_TOGETHER, Desk
from shared.codes import Land
from tests.eventually import eventually
from tests.integration.admissions.service import PLACEMENTS, Admissions, a_placement

pytestmark = pytest.mark.asyncio
Posts = list["asyncio.Task[httpx.Response]"]
WAITING = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND usename = 'admissions' AND wait_event_type = 'Lock'
"""


@asynccontextmanager
async def land_locked(admissions: Admissions) -> AsyncIterator[Any]:
    """As long as another transaction records in the Land."""
    async with admissions.as_owner() as tx, tx.transaction():
        await tx.execute("SELECT FROM lands WHERE land = '01' FOR UPDATE")
        yield tx


def post(admissions: Admissions, persons: int, **headers: str) -> "asyncio.Task[httpx.Response]":
    body = a_placement(persons=persons)
    return asyncio.create_task(admissions.flensburg.post(PLACEMENTS, body, **headers))


def post_batch(admissions: Admissions, persons: list[int]) -> "asyncio.Task[httpx.Response]":
    body = {"placements": [a_placement(persons=each) for each in persons]}
    return asyncio.create_task(admissions.flensburg.post(f"{PLACEMENTS}/batch", body))


async def until_group(admissions: Admissions, is_open: bool, *persons: int) -> None:
    """Return when the newest group has these people in it, and still grows or no longer."""
    desk: Desk = admissions.app.state.desk

    def is_there() -> bool:
        group = desk._gathering[Land("01")].last
        calls = group.submissions if group else []
        given = [proposal.persons for call in calls for proposal in call.proposals]
        return group is not None and (group.is_open, sorted(given)) == (is_open, sorted(persons))

    await eventually(is_there, within=5, because="they wait for the commit before them")


async def first_of_all(admissions: Admissions) -> "asyncio.Task[httpx.Response]":
    """A placement that waits for the lock, so that the next ones gather."""
    first = post(admissions, 1)
    await until_group(admissions, False, 1)
    return first


async def test_what_arrives_together_is_committed_together(admissions: Admissions) -> None:
    async with land_locked(admissions):
        posts = [await first_of_all(admissions)]
        posts += [post(admissions, persons) for persons in range(2, 22)]
        await until_group(admissions, True, *range(2, 22))
    answers = [(await each).json() for each in posts]
    assert [answer["persons"] for answer in answers] == list(range(1, 22))
    assert sorted(answer["sequence"] for answer in answers) == list(range(1, 22))
    async with admissions.as_owner() as tx:
        assert await tx.fetchval("SELECT count(DISTINCT xmin::text) FROM entries") == 2
    assert (await admissions.verification())["intact"]


async def test_batches_are_committed_together_each_with_its_own_answer(
    admissions: Admissions,
) -> None:
    async with land_locked(admissions):
        posts = [await first_of_all(admissions)]
        posts += [post_batch(admissions, persons) for persons in ([2, 3], [4, 5, 6], [7])]
        await until_group(admissions, True, *range(2, 8))
    _, *batches = [(await each).json() for each in posts]
    given = [[item["persons"] for item in batch["items"]] for batch in batches]
    assert sorted(given) == [[2, 3], [4, 5, 6], [7]]
    numbers = [[item["sequence"] for item in batch["items"]] for batch in batches]
    assert sorted(number for each in numbers for number in each) == list(range(2, 8))
    assert all(each == list(range(each[0], each[0] + len(each))) for each in numbers)
    async with admissions.as_owner() as tx:
        assert await tx.fetchval("SELECT count(DISTINCT xmin::text) FROM entries") == 2


async def test_a_full_group_waits_for_the_lock_beside_the_one_before(
    admissions: Admissions,
) -> None:
    full, more = [2] * MOST_TOGETHER, [3] * MOST_TOGETHER
    async with land_locked(admissions) as tx:
        posts = [await first_of_all(admissions), post_batch(admissions, full)]

        async def both_wait() -> bool:
            return bool(await tx.fetchval(WAITING) == 2)

        await eventually(both_wait, within=5, because="two transactions want the Land's lock")
        posts.append(post_batch(admissions, more))
        await until_group(admissions, False, *more)
        posts.append(post(admissions, 4))
        await until_group(admissions, True, 4)
        assert await both_wait(), "a third one waits for its turn"
    answers = [await each for each in posts]
    assert [answer.status_code for answer in answers] == [201] * 4
    async with admissions.as_owner() as tx:
        assert await tx.fetchval("SELECT count(DISTINCT xmin::text) FROM entries") == 4
    assert len(await admissions.ledger()) == 2 + 2 * MOST_TOGETHER
    assert (await admissions.verification())["intact"]


async def test_a_key_that_is_refused_leaves_its_group_alone(admissions: Admissions) -> None:
    known = await post(admissions, 5, Idempotency_Key="known")
    async with land_locked(admissions):
        posts = [await first_of_all(admissions)]
        posts.append(post(admissions, 5, Idempotency_Key="known"))
        posts.append(post(admissions, 6, Idempotency_Key="known"))
        posts.append(post(admissions, 7))
        await until_group(admissions, True, 5, 6, 7)
    first, again, reused, other = [await each for each in posts]
    assert (again.status_code, again.content) == (201, known.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert reused.json()["type"].endswith("idempotency-key-reused")
    assert (first.status_code, other.status_code) == (201, 201)
    assert len(await admissions.ledger()) == 3


async def test_one_key_twice_in_a_group_has_one_effect(admissions: Admissions) -> None:
    async with land_locked(admissions):
        posts = [await first_of_all(admissions)]
        posts += [post(admissions, 5, Idempotency_Key="k") for _ in range(2)]
        await until_group(admissions, True, 5, 5)
    answers = [await each for each in posts]
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert answers[2].json()["type"].endswith("in-flight")
    assert len(await admissions.ledger()) == 2


async def test_a_group_that_is_cut_off_is_unavailable_and_the_next_is_recorded(
    admissions: Admissions,
) -> None:
    async with land_locked(admissions) as tx:
        posts = [await first_of_all(admissions)]
        await tx.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'admissions'"
        )
        cut = await posts[0]
    assert (cut.status_code, "Retry-After" in cut.headers) == (503, True)
    assert (await post(admissions, 2)).status_code == 201
    assert [entry["sequence"] for entry in await admissions.ledger()] == [1]
