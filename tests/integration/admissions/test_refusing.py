"""What is refused changes nothing, and says every fault at its place."""

from typing import Any

import pytest

from tests.integration.admissions.service import PLACEMENTS, ROOT, Admissions, Json, a_placement

pytestmark = pytest.mark.asyncio

ROWS = """
    SELECT (SELECT count(*) FROM entries), (SELECT count(*) FROM placements),
           (SELECT count(*) FROM idempotency_keys), (SELECT sum(sequence) FROM lands)
"""


def faults(answer: Any) -> set[tuple[str, str]]:
    return {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}


def slug(answer: Any) -> str:
    return str(answer.json()["type"].removeprefix("/admissions/problems/"))


async def rows(admissions: Admissions) -> tuple[int, ...]:
    async with admissions.as_owner() as tx:
        return tuple(await tx.fetchrow(ROWS))


async def test_a_refused_placement_changes_nothing(admissions: Admissions) -> None:
    before = await rows(admissions)
    wrong: list[Any] = [
        a_placement(persons=True),
        a_placement(persons=3.0),
        a_placement(unit=1001),
        a_placement(effective_on="20230501"),
        a_placement(effective_on=1),
        [],
    ]
    for body in wrong:
        answer = await admissions.flensburg.post(PLACEMENTS, body)
        assert (answer.status_code, slug(answer)) == (422, "invalid"), body
    foreign = await admissions.flensburg.post(PLACEMENTS, a_placement(unit="01002"))
    assert (foreign.status_code, slug(foreign)) == (403, "not-your-unit")
    assert await rows(admissions) == before


async def test_a_refused_change_changes_nothing(admissions: Admissions) -> None:
    placement = await admissions.flensburg.record()
    before = await rows(admissions)
    bodies: dict[str, Json] = {"corrections": {"persons": 4}, "withdrawal": {}}
    for act, body in bodies.items():
        answers = [
            await admissions.flensburg.change(placement, act, **body, reason="because"),
            await admissions.flensburg.change(placement | {"sequence": 9}, act, **body),
            await admissions.city("01002").change(placement, act, **body),
            await admissions.auditor.change(placement, act, **body),
        ]
        assert [answer.status_code for answer in answers] == [422, 412, 404, 403]
    assert await rows(admissions) == before


async def test_every_fault_is_named_at_once(admissions: Admissions) -> None:
    body = {"unit": "1001", "persons": 0, "effective_on": "2999-01-01", "reference": "x", "name": 1}
    answer = await admissions.flensburg.post(PLACEMENTS, body)
    assert faults(answer) == {
        ("/unit", "leading-zero-lost"),
        ("/programme", "missing"),
        ("/persons", "persons-out-of-range"),
        ("/effective_on", "effective-in-future"),
        ("/reference", "reference-malformed"),
        ("/name", "unknown-field"),
    }


async def test_a_reference_may_be_null_and_a_correction_may_not(admissions: Admissions) -> None:
    placement = await admissions.flensburg.record(reference=None)
    answer = await admissions.flensburg.change(placement, "corrections", persons=None, unit=None)
    assert faults(answer) == {("/persons", "wrong-type"), ("/unit", "wrong-type")}


async def test_every_foreign_unit_of_a_batch_is_named_at_its_place(admissions: Admissions) -> None:
    units = ["01001", "01002", "01003"]
    batch = {"placements": [a_placement(unit=unit) for unit in units]}
    answer = await admissions.flensburg.post(f"{PLACEMENTS}/batch", batch)
    assert answer.status_code == 403
    assert faults(answer) == {
        ("/placements/1/unit", "not-your-unit"),
        ("/placements/2/unit", "not-your-unit"),
    }


async def test_a_land_outside_the_token_is_not_ones_own(admissions: Admissions) -> None:
    elsewhere = admissions.caller("hamburg", "coordination", lands=("02",))
    answer = await elsewhere.post(PLACEMENTS, a_placement())
    assert faults(answer) == {("/unit", "not-your-unit")}
    for path in ("ledger/01/entries", "ledger/01/verification"):
        assert (await elsewhere.get(f"{ROOT}/{path}")).status_code == 404
    assert (await elsewhere.get(PLACEMENTS, unit="01001")).status_code == 404
    assert (await elsewhere.get(PLACEMENTS)).json() == {"items": [], "next": None}


async def test_a_batch_has_one_to_a_thousand_placements(admissions: Admissions) -> None:
    for listed in ([], [a_placement()] * 1001):
        answer = await admissions.flensburg.post(f"{PLACEMENTS}/batch", {"placements": listed})
        assert faults(answer) == {("/placements", "out-of-range")}
    whole = {"placements": [a_placement()] * 1000}
    answer = await admissions.flensburg.post(f"{PLACEMENTS}/batch", whole)
    assert [one["sequence"] for one in answer.json()["items"]] == list(range(1, 1001))


async def test_a_city_moves_nobody_by_correction(admissions: Admissions) -> None:
    placement = await admissions.flensburg.record()
    body = {"unit": "01002", "reason": "wrong-unit"}
    refused = await admissions.flensburg.change(placement, "corrections", **body)
    assert (refused.status_code, slug(refused)) == (403, "role")
    moved = await admissions.coordination.change(placement, "corrections", **body)
    assert (moved.status_code, moved.json()["unit"]) == (201, "01002")


async def test_a_correction_that_changes_nothing_is_a_fault_of_the_whole(
    admissions: Admissions,
) -> None:
    placement = await admissions.flensburg.record(persons=3)
    answer = await admissions.flensburg.change(placement, "corrections", persons=3)
    assert faults(answer) == {("", "nothing-changed")}
