"""People are handed over whole: proposed and confirmed, or ordered; one entry, never half of it."""

from fractions import Fraction

import httpx
import pytest

from tests.end_to_end.placements import (
    FLENSBURG,
    KIEL,
    LUEBECK,
    PLACEMENTS,
    correct,
    record,
    withdraw,
)
from tests.end_to_end.problems import faults, problem
from tests.end_to_end.quotas import balances, exact
from tests.end_to_end.system import Caller, Json, System

pytestmark = pytest.mark.asyncio(loop_scope="session")
TRANSFERS = "/admissions/v1/transfers"


async def hand_over(caller: Caller, placed: httpx.Response, **changes: str) -> httpx.Response:
    body = {"to_unit": KIEL, "effective_on": "2023-06-01", "reason": "agreed-transfer"} | changes
    path = f"{PLACEMENTS}/{placed.json()['id']}/transfer"
    return await caller.post(path, body, If_Match=placed.headers["etag"])


async def decide(caller: Caller, transfer: Json, how: str) -> httpx.Response:
    return await caller.post(f"{TRANSFERS}/{transfer['id']}/{how}", {})


async def proposed(system: System) -> tuple[httpx.Response, Json]:
    """Three people in Flensburg, offered to Kiel."""
    placed = await record(system.city(FLENSBURG), persons=3)
    offered = await hand_over(system.city(FLENSBURG), placed)
    assert offered.status_code == 202, offered.text
    transfer: Json = offered.json()
    return placed, transfer


async def test_a_proposal_counts_only_once_it_is_confirmed(system: System) -> None:
    before = await board(system)
    _, transfer = await proposed(system)
    assert transfer["state"] == "proposed"
    assert (await board(system))[KIEL] == before[KIEL]
    taken = await decide(system.city(KIEL), transfer, "confirmation")
    assert taken.status_code == 201, taken.text
    assert (taken.json()["unit"], taken.json()["status"]) == (KIEL, "transferred")
    after = await board(system)
    assert after[KIEL] - before[KIEL] == 3
    assert after[FLENSBURG] == before[FLENSBURG]


async def board(system: System) -> dict[str, Fraction]:
    seen = await balances(system, "sh-alliance")
    return {one["unit"]: exact(one["credited"]) for one in seen["units"]}


async def test_a_transfer_is_one_entry_that_takes_and_gives(system: System) -> None:
    placed = await record(system.city(FLENSBURG), persons=4)
    moved = await hand_over(system.coordination, placed)
    assert moved.status_code == 201, moved.text
    entries = (await system.coordination.seen(f"{PLACEMENTS}/{placed.json()['id']}"))["entries"]
    assert [one["type"] for one in entries] == ["recorded", "transferred"]
    day = {"programme": "safe-harbour", "effective_on": "2023-06-01"}
    assert entries[-1]["postings"] == [
        {"unit": FLENSBURG, **day, "persons": -4},
        {"unit": KIEL, **day, "persons": 4},
    ]
    assert entries[-1]["corrects"] == entries[0]["sequence"]


async def test_both_cities_read_it_and_the_others_do_not(system: System) -> None:
    placed, transfer = await proposed(system)
    for city in (FLENSBURG, KIEL):
        assert transfer in await system.city(city).listed(TRANSFERS)
    problem(await system.city(LUEBECK).get(f"{TRANSFERS}/{transfer['id']}"), 404, "not-found")
    await decide(system.city(KIEL), transfer, "confirmation")
    path = f"{PLACEMENTS}/{placed.json()['id']}"
    for city in (FLENSBURG, KIEL):
        assert (await system.city(city).seen(path))["unit"] == KIEL
    problem(await system.city(LUEBECK).get(path), 404, "not-found")


async def test_only_the_receiving_city_decides_and_only_once(system: System) -> None:
    _, transfer = await proposed(system)
    problem(await decide(system.city(FLENSBURG), transfer, "confirmation"), 403, "not-your-unit")
    assert (await decide(system.city(KIEL), transfer, "refusal")).status_code == 201
    problem(await decide(system.city(KIEL), transfer, "confirmation"), 409, "transfer-void")


async def test_any_new_entry_voids_an_open_proposal(system: System) -> None:
    placed, transfer = await proposed(system)
    await correct(system.city(FLENSBURG), placed, persons=5)
    assert (await system.coordination.seen(f"{TRANSFERS}/{transfer['id']}"))["state"] == "void"
    problem(await decide(system.city(KIEL), transfer, "confirmation"), 409, "transfer-void")


async def test_a_new_proposal_voids_the_open_one(system: System) -> None:
    placed, transfer = await proposed(system)
    again = await hand_over(system.city(FLENSBURG), placed, to_unit=LUEBECK)
    assert again.status_code == 202
    problem(await decide(system.city(KIEL), transfer, "confirmation"), 409, "transfer-void")
    assert (await decide(system.city(LUEBECK), again.json(), "confirmation")).status_code == 201


async def test_everything_against_a_transfer_is_told(system: System) -> None:
    placed = await record(system.city(FLENSBURG), effective_on="2023-06-02")
    answer = await hand_over(system.city(FLENSBURG), placed, to_unit=FLENSBURG)
    assert faults(answer) == {
        ("/to_unit", "same-unit"),
        ("/effective_on", "transfer-before-placement"),
    }


async def test_after_a_transfer_the_coordination_corrects_and_the_receiver_withdraws(
    system: System,
) -> None:
    placed = await record(system.city(FLENSBURG), persons=2)
    moved = await hand_over(system.coordination, placed)
    problem(await correct(system.city(KIEL), moved, persons=6), 403, "role")
    fixed = await correct(system.coordination, moved, effective_on="2023-07-01")
    assert {code for _, code in faults(fixed)} == {"fixed-by-transfer"}
    corrected = await correct(system.coordination, moved, persons=6)
    assert corrected.status_code == 201, corrected.text
    problem(await withdraw(system.city(FLENSBURG), corrected), 403, "not-your-unit")
    assert (await withdraw(system.city(KIEL), corrected)).status_code == 201
    entries = (await system.coordination.seen(f"{PLACEMENTS}/{placed.json()['id']}"))["entries"]
    total: dict[tuple[str, str], int] = {}
    for posting in (one for entry in entries for one in entry["postings"]):
        place = (posting["unit"], posting["effective_on"])
        total[place] = total.get(place, 0) + posting["persons"]
    assert set(total.values()) == {0}


async def test_people_may_move_on_but_not_back_in_time(system: System) -> None:
    placed = await record(system.city(FLENSBURG))
    moved = await hand_over(system.coordination, placed)
    early = await hand_over(system.coordination, moved, to_unit=LUEBECK, effective_on="2023-05-15")
    assert faults(early) == {("/effective_on", "transfer-before-placement")}
    again = await hand_over(system.coordination, moved, to_unit=LUEBECK, effective_on="2023-08-01")
    assert again.status_code == 201
    assert again.json()["unit"] == LUEBECK
