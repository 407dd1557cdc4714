"""The past by both clocks: a real series that was restated twice, and quotas defined on the way."""

import csv
from fractions import Fraction
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.own_quotas import OwnQuota, a_key, own_quota
from tests.end_to_end.placements import KIEL, PLACEMENTS, UNITS, correct, record
from tests.end_to_end.problems import problem
from tests.end_to_end.quotas import QUOTAS
from tests.end_to_end.system import Json, System

pytestmark = pytest.mark.asyncio(loop_scope="session")
SERIES = Path(__file__).parent.parent / "data" / "sh_intake_2016_as_stated.csv"
TOTALS = {"2016-02-29": 4219, "2016-05-17": 5780, "2016-06-07": 6141}
LAST_DAYS = {"01": 31, "02": 29, "03": 31, "04": 30, "05": 31, "06": 30}


async def state(quota: OwnQuota, rows: list[dict[str, str]]) -> httpx.Response:
    """One statement of the series: new months are recorded, changed ones corrected."""
    city, latest = quota.system.city("01062"), None
    for row in rows:
        month, persons = row["month"], int(row["persons"])
        known = quota.places.get(month)
        if known is None:
            day = f"{month}-{LAST_DAYS[month[-2:]]}"
            body = {"programme": "land-programme", "persons": persons, "effective_on": day}
            latest = await record(city, unit="01062", **body)
        elif known.json()["persons"] != persons:
            latest = await correct(city, known, persons=persons, reason="restated-by-source")
            assert latest.status_code == 201, latest.text
        else:
            continue
        quota.places[month] = latest
    assert latest is not None
    return latest


async def test_a_restated_series_shows_each_statement_as_it_was_known(system: System) -> None:
    quota = await own_quota(system)
    lines = SERIES.read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    before = Fraction((await quota.board())["total"]["exact"])
    known: dict[str, tuple[int, str]] = {}
    for stated_on in TOTALS:
        last = await state(quota, [row for row in rows if row["stated_on"] == stated_on])
        placement = f"{PLACEMENTS}/{last.json()['id']}"
        entries = (await system.coordination.seen(placement))["entries"]
        known[stated_on] = (entries[-1]["sequence"], entries[-1]["recorded_at"])
    await quota.counted(max(sequence for sequence, _ in known.values()))
    for stated_on, (sequence, recorded_at) in known.items():
        by_number = await quota.board(known_sequence=sequence)
        by_time = await quota.board(known_at=recorded_at)
        assert Fraction(by_number["total"]["exact"]) - before == TOTALS[stated_on]
        assert by_time["units"] == by_number["units"]
        assert by_time["as_of"]["sequence"] == sequence


async def test_every_place_of_the_past_is_the_board_that_was_shown_then(system: System) -> None:
    quota = await own_quota(system)
    shown: list[tuple[Json, bool]] = []
    for step in range(6):
        placed = await record(
            system.city("01061"), unit="01061", programme="land-programme", persons=step + 1,
            effective_on=f"2016-0{step + 1}-10",
        )  # fmt: skip
        await quota.counted(placed.json()["sequence"])
        shown.append((await quota.board(), False))
        if step == 2:
            await quota.post("keys", **a_key({"01061": "30", "01062": "70"}, "2016-02-01"))
            shown.append((await quota.board(), True))
    for board, is_defined in shown:
        place = {"known_sequence": board["as_of"]["sequence"]}
        if is_defined:
            place["known_definition"] = board["as_of"]["definition"]
        assert (await quota.board(**place))["units"] == board["units"]


async def test_an_explanation_adds_up_to_the_last_fraction(system: System) -> None:
    quota = await own_quota(system, share="1/3")
    await quota.post("keys", **a_key({"01061": "33.3", "01062": "66.7"}, "2016-03-01"))
    for month in ("01", "02", "03", "04"):
        placed = await record(
            system.city("01061"), unit="01061", programme="land-programme", persons=7,
            effective_on=f"2016-{month}-05",
        )  # fmt: skip
    await quota.counted(placed.json()["sequence"])
    path = f"{QUOTAS}/{quota.code}/balances/01061/explanation"
    told = await system.city("01061").seen(path)
    exact = {name: Fraction(told[name]["exact"]) for name in ("credited", "target", "balance")}
    assert (
        sum(Fraction(one["credited"]["exact"]) for one in told["credited_by"]) == exact["credited"]
    )
    assert sum(Fraction(one["target"]["exact"]) for one in told["stretches"]) == exact["target"]
    assert exact["balance"] == exact["credited"] - exact["target"]
    assert {one["share"]["exact"] for one in told["stretches"]} >= {"1/2", "333/1000"}
    assert placed.json()["id"] in {one["placement"] for one in told["entries"]["items"]}
    assert sum(one["persons"] for one in told["entries"]["items"]) == 3 * exact["credited"]
    seen_by_kiel = await system.city(KIEL).seen(path)
    assert all("placement" not in one for one in seen_by_kiel["entries"]["items"])


async def test_an_explanation_lists_what_counts_page_by_page(system: System) -> None:
    quota, city = await own_quota(system), system.city("01061")
    placed = await record(
        city, unit="01061", programme="land-programme", persons=4, effective_on="2016-01-05"
    )
    moved = await correct(city, placed, effective_on="2016-02-05", reason="wrong-date")
    await quota.counted(moved.json()["sequence"])
    path = f"{QUOTAS}/{quota.code}/balances/01061/explanation"
    for query in ({}, {"valid_on": "2016-01-31"}, {"valid_on": "2015-12-31"}):
        told = await system.coordination.seen(path, **query)
        whole = told["entries"]["items"]
        assert sum(one["persons"] for one in whole) == Fraction(told["credited"]["exact"])
        pages = [(await system.coordination.seen(path, limit=1, **query))["entries"]]
        while cursor := pages[-1]["next"]:
            page = await system.coordination.seen(path, limit=1, cursor=cursor, **query)
            pages.append(page["entries"])
        assert all(len(page["items"]) <= 1 for page in pages)
        assert [one for page in pages for one in page["items"]] == whole


async def test_history_ends_at_the_present_balance(system: System) -> None:
    quota = await own_quota(system)
    placed = await record(
        system.city("01061"), unit="01061", programme="land-programme", persons=5,
        effective_on="2016-05-05",
    )  # fmt: skip
    await quota.counted(placed.json()["sequence"])
    path = f"{QUOTAS}/{quota.code}/history"
    for unit, cause in (("01061", "own-placement"), ("01062", "other-placement")):
        items = await system.coordination.listed(path, unit=unit, limit=50)
        [now] = [one for one in (await quota.board())["units"] if one["unit"] == unit]
        assert items[-1]["balance"] == now["balance"]
        assert items[-1]["cause"] == cause


async def test_definitions_applied_together_are_places_of_the_past_each(system: System) -> None:
    known = [
        thing["known"]
        for quota in await system.coordination.listed(QUOTAS)
        for things in ("members", "rules", "tolerances", "periods", "keys")
        for thing in quota[things]
    ]
    first = sorted(one["definition"] for one in known if one["ledger_sequence"] == 0)
    path = f"{QUOTAS}/sh-regular/balances"
    sizes = [
        len((await system.coordination.seen(path, known_sequence=0, known_definition=n))["units"])
        for n in first
        if n > first[-1] // 2
    ]
    assert len(sizes) > 1
    assert sizes == sorted(sizes)
    assert sizes[-1] == len(UNITS)


async def test_one_clock_at_a_time(system: System) -> None:
    query = {"known_sequence": 1, "known_at": "2020-01-01T00:00:00Z"}
    answer = await system.coordination.get(f"{QUOTAS}/sh-regular/balances", **query)
    assert {one["code"] for one in problem(answer, 422, "invalid")["errors"]} == {"one-clock-only"}


async def test_the_future_is_not_yet_known(system: System) -> None:
    for query in ({"known_sequence": 10**9}, {"known_at": "2099-01-01T00:00:00Z"}):
        answer = await system.coordination.get(f"{QUOTAS}/sh-regular/balances", **query)
        errors = problem(answer, 422, "invalid")["errors"]
        assert {one["code"] for one in errors} == {"not-yet-known"}
        assert answer.headers["retry-after"]
