"""A placement is recorded, shown and listed."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import pytest

from tests.end_to_end.placements import (
    ENTRIES,
    FLENSBURG,
    KIEL,
    NO_SUCH_ID,
    PLACEMENTS,
    a_placement,
    head,
    record,
    today,
)
from tests.end_to_end.problems import faults, problem
from tests.end_to_end.system import System

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIELDS = {
    *("id", "land", "sequence", "unit", "programme", "persons"),
    *("effective_on", "reference", "recorded_at", "status"),
}


async def test_a_city_records_a_placement_and_finds_it_where_the_answer_says(
    system: System,
) -> None:
    city = system.city(FLENSBURG)
    answer = await record(city, persons=3, reference="AZ-2023/17")
    placement = answer.json()
    assert set(placement) == FIELDS
    assert placement.items() >= a_placement(persons=3, reference="AZ-2023/17").items()
    assert (placement["land"], placement["status"]) == ("01", "recorded")
    assert placement["recorded_at"].endswith("Z")
    path = urljoin(PLACEMENTS, answer.headers["Location"]).removeprefix(system.access["address"])
    shown = await city.get(path)
    assert shown.headers["ETag"] == answer.headers["ETag"]
    assert shown.json().items() >= placement.items()


async def test_a_reference_may_be_left_out(system: System) -> None:
    answer = await record(system.city(FLENSBURG))
    assert answer.json()["reference"] is None


async def test_the_coordination_records_for_any_unit(system: System) -> None:
    answer = await record(system.coordination, unit=KIEL)
    assert answer.json()["unit"] == KIEL


async def test_a_placement_becomes_the_next_entry_of_the_ledger(system: System) -> None:
    before = await head(system)
    placement = (await record(system.city(FLENSBURG), persons=2)).json()
    assert placement["sequence"] == before + 1
    [entry] = await system.coordination.fed(ENTRIES, after=before)
    assert entry["placement"] == placement["id"]
    assert entry["recorded_at"] == placement["recorded_at"]
    assert (entry["type"], entry["corrects"], entry["reason"]) == ("recorded", None, None)
    assert entry["postings"] == [
        {
            "unit": FLENSBURG,
            "programme": "safe-harbour",
            "effective_on": "2023-05-01",
            "persons": 2,
        }
    ]


async def test_one_placement_is_shown_with_its_entries(system: System) -> None:
    city = system.city(FLENSBURG)
    placement = (await record(city)).json()
    shown = await city.seen(f"{PLACEMENTS}/{placement['id']}")
    feed = await system.coordination.fed(ENTRIES, after=placement["sequence"] - 1)
    assert shown["entries"] == feed[:1]


async def test_the_time_of_recording_is_now(system: System) -> None:
    placement = (await record(system.city(FLENSBURG))).json()
    recorded_at = datetime.fromisoformat(placement["recorded_at"])
    assert abs(datetime.now(recorded_at.tzinfo) - recorded_at) < timedelta(seconds=30)


async def test_a_placement_of_today_and_of_the_first_day_are_accepted(system: System) -> None:
    for day in (today().isoformat(), "1990-01-01"):
        answer = await record(system.city(FLENSBURG), effective_on=day)
        assert answer.json()["effective_on"] == day


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("unit", "01999", "unit-unknown"),
        ("unit", "1001", "leading-zero-lost"),
        ("programme", "holiday", "programme-unknown"),
        ("persons", 0, "persons-out-of-range"),
        ("persons", -1, "persons-out-of-range"),
        ("persons", 10_001, "persons-out-of-range"),
        ("effective_on", "1989-12-31", "effective-too-old"),
        ("effective_on", (today() + timedelta(days=1)).isoformat(), "effective-in-future"),
        ("effective_on", "9999-12-31", "effective-in-future"),
        ("reference", "Anna Schmidt", "reference-malformed"),
        ("reference", "SCHMIDT-1", "reference-malformed"),
        ("reference", "AZ-", "reference-malformed"),
        ("reference", "-AZ1", "reference-malformed"),
        ("reference", "=1+1", "reference-malformed"),
        ("reference", "@SUM(1)", "reference-malformed"),
        ("reference", "az1", "reference-malformed"),
        ("reference", "A1\n", "reference-malformed"),
        ("reference", "A1\u0000", "reference-malformed"),
        ("reference", "", "reference-malformed"),
        ("reference", "A" + "1" * 40, "reference-malformed"),
        ("name", "Anna", "unknown-field"),
    ],
)
async def test_a_value_that_cannot_be_is_refused_with_its_code(
    system: System, field: str, value: Any, code: str
) -> None:
    answer = await system.coordination.post(PLACEMENTS, a_placement(**{field: value}))
    assert faults(answer) == {(f"/{field}", code)}


@pytest.mark.parametrize("reference", ["A", "ABCD1", "1ABCDE", "A1BCDE"])
async def test_a_reference_needs_a_digit_and_few_letters_in_a_row(
    system: System, reference: str
) -> None:
    answer = await system.coordination.post(PLACEMENTS, a_placement(reference=reference))
    assert faults(answer) == {("/reference", "reference-malformed")}


@pytest.mark.parametrize("reference", ["1", "ABC1DEF", "A1/._-", "1" * 40])
async def test_a_reference_of_a_file_is_kept(system: System, reference: str) -> None:
    answer = await record(system.city(FLENSBURG), reference=reference)
    assert answer.json()["reference"] == reference


async def test_the_largest_group_is_accepted(system: System) -> None:
    coordination = system.coordination
    answer = await record(coordination, programme="asylum", persons=10_000)
    path = f"{PLACEMENTS}/{answer.json()['id']}/withdrawal"
    body = {"reason": "counted-twice"}
    gone = await coordination.post(path, body, If_Match=answer.headers["ETag"])
    assert gone.status_code == 201


async def test_all_faults_of_a_placement_are_named_at_once(system: System) -> None:
    body = {"unit": "1001", "persons": "3", "effective_on": "2023-02-30", "nickname": "x"}
    answer = await system.coordination.post(PLACEMENTS, body)
    found = faults(answer)
    assert {where for where, _ in found} == {
        *("/unit", "/persons", "/effective_on", "/nickname", "/programme"),
    }
    assert found >= {("/unit", "leading-zero-lost"), ("/nickname", "unknown-field")}


async def test_a_refused_placement_leaves_no_entry(system: System) -> None:
    before = await head(system)
    answer = await system.city(FLENSBURG).post(PLACEMENTS, a_placement(persons=0))
    problem(answer, 422, "invalid")
    assert await head(system) == before


@pytest.mark.parametrize("name", [NO_SUCH_ID, "1", "..", "%00", "0199"])
async def test_a_placement_that_is_not_there_is_not_found(system: System, name: str) -> None:
    problem(await system.coordination.get(f"{PLACEMENTS}/{name}"), 404, "not-found")
