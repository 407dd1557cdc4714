"""Placements change by corrections and withdrawals, each a new entry of the ledger."""

from typing import Any

import pytest

from tests.end_to_end.placements import (
    ENTRIES,
    FLENSBURG,
    KIEL,
    NO_SUCH_ID,
    PLACEMENTS,
    act,
    correct,
    head,
    record,
    withdraw,
)
from tests.end_to_end.problems import faults, places, problem
from tests.end_to_end.system import Json, System

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def last_entry(system: System) -> Json:
    [entry] = await system.coordination.fed(ENTRIES, after=await head(system) - 1)
    return entry


def posting(persons: int, **changes: Any) -> Json:
    place = {"unit": FLENSBURG, "programme": "safe-harbour", "effective_on": "2023-05-01"}
    return place | {"persons": persons} | changes


async def test_a_correction_answers_with_the_placement_as_it_now_stands(system: System) -> None:
    city = system.city(FLENSBURG)
    recorded = await record(city, persons=3)
    corrected = await correct(city, recorded, persons=5, reason="counted-twice")
    assert corrected.status_code == 201
    assert corrected.headers["ETag"] != recorded.headers["ETag"]
    changed = {"persons": 5, "status": "corrected", "sequence": corrected.json()["sequence"]}
    assert corrected.json() == recorded.json() | changed
    shown = await city.get(f"{PLACEMENTS}/{recorded.json()['id']}")
    assert shown.headers["ETag"] == corrected.headers["ETag"]
    assert shown.json().items() >= corrected.json().items()


async def test_a_correction_posts_the_difference_only(system: System) -> None:
    city = system.city(FLENSBURG)
    recorded = await record(city, persons=3)
    await correct(city, recorded, persons=5, reason="late-report")
    entry = await last_entry(system)
    assert entry["postings"] == [posting(2)]
    assert entry["corrects"] == recorded.json()["sequence"]
    assert (entry["type"], entry["reason"]) == ("corrected", "late-report")


async def test_a_moved_day_and_programme_are_posted_on_both_places_in_order(
    system: System,
) -> None:
    city = system.city(FLENSBURG)
    recorded = await record(city, persons=3)
    await correct(city, recorded, effective_on="2023-04-30", programme="asylum", persons=4)
    assert (await last_entry(system))["postings"] == [
        posting(4, programme="asylum", effective_on="2023-04-30"),
        posting(-3),
    ]


async def test_the_coordination_moves_a_placement_to_another_unit(system: System) -> None:
    recorded = await record(system.city(FLENSBURG), persons=3)
    moved = await correct(system.coordination, recorded, unit=KIEL, reason="wrong-unit")
    assert (moved.status_code, moved.json()["unit"]) == (201, KIEL)
    assert (await last_entry(system))["postings"] == [posting(-3), posting(3, unit=KIEL)]
    path = f"{PLACEMENTS}/{recorded.json()['id']}"
    problem(await system.city(FLENSBURG).get(path), 404, "not-found")
    await system.city(KIEL).seen(path)


async def test_a_city_may_not_change_the_unit(system: System) -> None:
    city = system.city(FLENSBURG)
    problem(await correct(city, await record(city), unit=KIEL), 403, "role")


async def test_corrections_follow_on_each_other(system: System) -> None:
    city = system.city(FLENSBURG)
    placement = await record(city)
    sequences = [placement.json()["sequence"]]
    for persons in (2, 3, 1):
        placement = await correct(city, placement, persons=persons)
        sequences.append(placement.json()["sequence"])
    shown = await city.seen(f"{PLACEMENTS}/{placement.json()['id']}")
    assert [entry["sequence"] for entry in shown["entries"]] == sequences
    assert [entry["corrects"] for entry in shown["entries"]] == [None, *sequences[:-1]]


async def test_a_withdrawal_nets_all_postings_to_zero(system: System) -> None:
    city = system.city(FLENSBURG)
    corrected = await correct(city, await record(city, persons=3), persons=5)
    withdrawn = await withdraw(city, corrected)
    assert (withdrawn.status_code, withdrawn.json()["status"]) == (201, "withdrawn")
    entry = await last_entry(system)
    assert (entry["type"], entry["postings"]) == ("withdrawn", [posting(-5)])
    assert entry["corrects"] == corrected.json()["sequence"]


async def test_a_withdrawn_placement_is_neither_corrected_nor_withdrawn_again(
    system: System,
) -> None:
    city = system.city(FLENSBURG)
    withdrawn = await withdraw(city, await record(city))
    before = await head(system)
    problem(await withdraw(city, withdrawn), 409, "already-withdrawn")
    problem(await correct(city, withdrawn, persons=2), 409, "already-withdrawn")
    assert await head(system) == before


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"persons": 1},
        {"persons": 1, "programme": "safe-harbour", "effective_on": "2023-05-01"},
    ],
)
async def test_a_correction_that_changes_nothing_is_refused(system: System, changes: Json) -> None:
    city = system.city(FLENSBURG)
    recorded = await record(city)
    before = await head(system)
    codes = {code for _, code in faults(await correct(city, recorded, **changes))}
    assert codes == {"nothing-changed"}
    assert await head(system) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("persons", 0),
        ("persons", None),
        ("programme", "holiday"),
        ("effective_on", "2023-13-01"),
        ("reason", "because"),
        ("reason", None),
        ("reference", "A1"),
    ],
)
async def test_a_correction_with_a_wrong_value_is_refused(
    system: System, field: str, value: Any
) -> None:
    city = system.city(FLENSBURG)
    answer = await correct(city, await record(city), **{"persons": 2, field: value})
    assert places(answer) == {f"/{field}"}


async def test_every_change_needs_a_reason(system: System) -> None:
    city = system.city(FLENSBURG)
    recorded = await record(city)
    for name, body in (("corrections", {"persons": 2}), ("withdrawal", {})):
        assert places(await act(city, recorded, name, body)) == {"/reason"}


@pytest.mark.parametrize(("name", "body"), [("corrections", {"persons": 2}), ("withdrawal", {})])
async def test_a_change_needs_the_tag_of_what_it_changes(
    system: System, name: str, body: Json
) -> None:
    city = system.city(FLENSBURG)
    recorded = await record(city)
    path = f"{PLACEMENTS}/{recorded.json()['id']}/{name}"
    because = body | {"reason": "typing-error"}
    problem(await city.post(path, because), 428, "if-match-missing")
    await correct(city, recorded, persons=3)
    problem(await act(city, recorded, name, because), 412, "changed-meanwhile")
    problem(await city.post(path, because, If_Match='"other"'), 412, "changed-meanwhile")


async def test_of_two_changes_at_once_one_is_refused(system: System) -> None:
    city = system.city(FLENSBURG)
    recorded = await record(city)
    won = await correct(system.coordination, recorded, persons=2)
    lost = await withdraw(city, recorded)
    assert won.status_code == 201
    problem(lost, 412, "changed-meanwhile")


@pytest.mark.parametrize("name", ["corrections", "withdrawal"])
async def test_a_foreign_placement_is_not_found(system: System, name: str) -> None:
    recorded = await record(system.city(KIEL), unit=KIEL)
    body: Json = {"reason": "typing-error"} | ({"persons": 2} if name == "corrections" else {})
    problem(await act(system.city(FLENSBURG), recorded, name, body), 404, "not-found")
    path = f"{PLACEMENTS}/{NO_SUCH_ID}/{name}"
    problem(await system.coordination.post(path, body, If_Match='"1"'), 404, "not-found")
