"""Many placements in one request: all of them or none."""

from typing import Any

import pytest

from tests.end_to_end.placements import (
    ENTRIES,
    FLENSBURG,
    KIEL,
    PLACEMENTS,
    a_placement,
    head,
)
from tests.end_to_end.problems import faults, places, problem
from tests.end_to_end.system import System

pytestmark = pytest.mark.asyncio(loop_scope="session")

BATCH = f"{PLACEMENTS}/batch"


def batch(*placements: Any) -> dict[str, Any]:
    return {"placements": list(placements)}


async def test_a_batch_is_recorded_in_its_order(system: System) -> None:
    before = await head(system)
    sent = [a_placement(persons=persons, reference=f"B{persons}") for persons in (3, 1, 2)]
    answer = await system.city(FLENSBURG).post(BATCH, batch(*sent))
    assert answer.status_code == 201
    items = answer.json()["items"]
    assert [item["persons"] for item in items] == [3, 1, 2]
    assert [item["sequence"] for item in items] == [before + 1, before + 2, before + 3]
    entries = await system.coordination.fed(ENTRIES, after=before)
    assert [entry["placement"] for entry in entries] == [item["id"] for item in items]


async def test_a_thousand_placements_are_one_batch(system: System) -> None:
    before = await head(system)
    answer = await system.city(FLENSBURG).post(BATCH, batch(*[a_placement()] * 1000))
    assert answer.status_code == 201
    sequences = [item["sequence"] for item in answer.json()["items"]]
    assert sequences == list(range(before + 1, before + 1001))


@pytest.mark.parametrize("number", [0, 1001])
async def test_an_empty_or_too_long_batch_is_refused(system: System, number: int) -> None:
    answer = await system.city(FLENSBURG).post(BATCH, batch(*[a_placement()] * number))
    assert places(answer) == {"/placements"}


async def test_one_bad_placement_refuses_all_and_every_fault_is_named(system: System) -> None:
    before = await head(system)
    wrong = [a_placement(persons=0), a_placement(), a_placement(unit="1001", programme="x")]
    answer = await system.coordination.post(BATCH, batch(a_placement(), *wrong, "text"))
    assert faults(answer) >= {
        ("/placements/1/persons", "persons-out-of-range"),
        ("/placements/3/unit", "leading-zero-lost"),
        ("/placements/3/programme", "programme-unknown"),
    }
    assert places(answer) == {
        *("/placements/1/persons", "/placements/3/unit", "/placements/3/programme"),
        "/placements/4",
    }
    assert await head(system) == before


async def test_one_foreign_unit_refuses_all(system: System) -> None:
    before = await head(system)
    sent = batch(a_placement(), a_placement(unit=KIEL))
    problem(await system.city(FLENSBURG).post(BATCH, sent), 403, "not-your-unit")
    assert await head(system) == before


@pytest.mark.parametrize("body", [{}, {"placements": {}}, {"placements": None}, [], None, "x"])
async def test_what_is_no_batch_is_refused(system: System, body: Any) -> None:
    answer = await system.city(FLENSBURG).post(BATCH, body)
    assert places(answer) == ({"/placements"} if isinstance(body, dict) else {""})


async def test_an_unknown_field_beside_the_placements_is_refused(system: System) -> None:
    answer = await system.city(FLENSBURG).post(BATCH, batch(a_placement()) | {"a/b~c": 1})
    assert faults(answer) == {("/a~1b~0c", "unknown-field")}
