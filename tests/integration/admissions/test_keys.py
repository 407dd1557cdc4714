"""One Idempotency-Key, one effect."""

import asyncio
from typing import Any

import pytest

from shared.forgetting import forget_daily
from shared.store.idempotency import sweep_kept
from tests.eventually import eventually
from tests.integration.admissions.service import PLACEMENTS, Admissions, a_placement
from tests.sizes import sized

pytestmark = pytest.mark.asyncio


@pytest.mark.promise(3)
@pytest.mark.parametrize("number", range(sized(1, 200)))
async def test_one_idempotency_key_has_one_effect(admissions: Admissions, number: int) -> None:
    flensburg, key = admissions.flensburg, f"k{number}"
    answers = await asyncio.gather(
        *(flensburg.post(PLACEMENTS, a_placement(), Idempotency_Key=key) for _ in range(50))
    )
    assert len(await admissions.ledger()) == 1
    given = [answer for answer in answers if answer.status_code == 201]
    refused = {(a.status_code, a.headers["Retry-After"]) for a in answers if a not in given}
    assert len({answer.content for answer in given}) == 1
    assert [answer.headers.get("Idempotency-Replayed") for answer in given].count(None) == 1
    assert refused <= {(409, "1")}


async def test_who_asks_again_gets_the_first_answer_as_it_was(admissions: Admissions) -> None:
    flensburg = admissions.flensburg
    first = await flensburg.post(PLACEMENTS, a_placement(), Idempotency_Key="k")
    await flensburg.change(first.json(), "corrections", persons=4)
    again = await flensburg.post(PLACEMENTS, a_placement(), Idempotency_Key="k")
    assert again.headers.pop("Idempotency-Replayed") == "true"
    assert (again.status_code, again.content, again.headers) == (201, first.content, first.headers)


async def test_a_change_is_replayed_although_its_tag_is_stale(admissions: Admissions) -> None:
    flensburg = admissions.flensburg
    placement = await flensburg.record()
    path = f"{PLACEMENTS}/{placement['id']}/withdrawal"
    named = {"If_Match": '"1"', "Idempotency_Key": "k"}
    answers = [await flensburg.post(path, {"reason": "never-arrived"}, **named) for _ in range(3)]
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (201, answers[0].content)
    }
    assert len(await admissions.ledger()) == 2


async def test_a_key_belongs_to_one_client_and_one_address(admissions: Admissions) -> None:
    for caller in (admissions.flensburg, admissions.coordination):
        for path, body in (
            (PLACEMENTS, a_placement()),
            (f"{PLACEMENTS}/batch", {"placements": [a_placement()]}),
        ):
            answer = await caller.post(path, body, Idempotency_Key="k")
            assert (answer.status_code, "Idempotency-Replayed" in answer.headers) == (201, False)


async def age_copy(tx: Any, key: str, days: int) -> None:
    """Keep the first answer a second time, under another key and some days older."""
    await tx.execute(
        "INSERT INTO idempotency_keys SELECT client, $1, target, body_digest, status, headers,"
        " body, now() - make_interval(days => $2) FROM idempotency_keys LIMIT 1",
        key,
        days,
    )


async def test_answers_are_forgotten_after_a_month_and_not_before(admissions: Admissions) -> None:
    await admissions.flensburg.post(PLACEMENTS, a_placement(), Idempotency_Key="young")
    async with admissions.as_owner() as tx, admissions.own.pool("admissions") as pool:
        await age_copy(tx, "old", 32)
        await age_copy(tx, "kept", 30)

        async def keys() -> bool:
            left = await tx.fetch("SELECT key FROM idempotency_keys ORDER BY key")
            return [row["key"] for row in left] == ["kept", "young"]

        sweeping = asyncio.create_task(forget_daily(pool, "answers", sweep_kept))
        await eventually(keys, within=5, because="only the old answer is swept")
        sweeping.cancel()
