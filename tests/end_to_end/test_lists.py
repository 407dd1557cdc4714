"""Lists: filters, pages, cursors, and the reference lists."""

import pytest

from tests.end_to_end.placements import (
    ENTRIES,
    FLENSBURG,
    KIEL,
    LUEBECK,
    PLACEMENTS,
    PROGRAMMES,
    UNITS,
    head,
    record,
)
from tests.end_to_end.problems import places, problem
from tests.end_to_end.system import System
from tests.end_to_end.test_transfers import hand_over

pytestmark = pytest.mark.asyncio(loop_scope="session")

REASONS = {
    *("typing-error", "counted-twice", "never-arrived", "wrong-unit", "wrong-programme"),
    *("wrong-date", "late-report", "restated-by-source", "agreed-transfer"),
}


async def test_a_city_lists_its_own_placements_only(system: System) -> None:
    """By a unit that hands nobody over: transferred people are read by both cities."""
    own = (await record(system.city("01051"), unit="01051")).json()
    await record(system.city(KIEL), unit=KIEL)
    listed = await system.city("01051").listed(PLACEMENTS, limit=500)
    assert {placement["unit"] for placement in listed} == {"01051"}
    assert own in listed


@pytest.mark.parametrize("client", ["coordination", "auditor"])
async def test_the_coordination_and_the_auditor_list_every_units(
    system: System, client: str
) -> None:
    recorded = [(await record(system.city(unit), unit=unit)).json() for unit in (FLENSBURG, KIEL)]
    listed = await system.caller(client).listed(PLACEMENTS, limit=500)
    assert all(placement in listed for placement in recorded)


async def test_filters_narrow_the_list_together(system: System) -> None:
    city = system.city(LUEBECK)
    days = ["2001-03-01", "2001-03-02", "2001-03-03"]
    for day in days:
        for programme in ("asylum", "ukraine"):
            await record(city, unit=LUEBECK, programme=programme, effective_on=day)
    query = {"effective_from": days[1], "effective_to": days[2], "programme": "asylum"}
    listed = await system.coordination.listed(PLACEMENTS, unit=LUEBECK, **query)
    assert {(p["effective_on"], p["programme"], p["unit"]) for p in listed} == {
        (day, "asylum", LUEBECK) for day in days[1:]
    }


async def test_the_filter_by_unit_asks_where_people_are_now(system: System) -> None:
    placed = await record(system.city("01058"), unit="01058")
    moved = await hand_over(system.coordination, placed, to_unit="01059")
    assert moved.status_code == 201, moved.text
    for unit, is_there in (("01058", False), ("01059", True)):
        listed = await system.coordination.listed(PLACEMENTS, unit=unit, limit=500)
        assert {one["unit"] for one in listed} <= {unit}
        assert (placed.json()["id"] in {one["id"] for one in listed}) == is_there
    assert placed.json()["id"] in {
        one["id"] for one in await system.city("01058").listed(PLACEMENTS, limit=500)
    }


@pytest.mark.parametrize("codes", ["units", "programmes", "reasons"])
async def test_codes_are_listed_page_by_page(system: System, codes: str) -> None:
    path = f"/admissions/v1/{codes}"
    whole = (await system.coordination.seen(path))["items"]
    assert await system.coordination.listed(path, limit=4) == whole
    assert len((await system.coordination.seen(path, limit=4))["items"]) == 4


async def test_a_citys_filter_by_a_foreign_unit_shows_nothing_of_it(system: System) -> None:
    await record(system.city(KIEL), unit=KIEL)
    answer = await system.city(FLENSBURG).get(PLACEMENTS, unit=KIEL)
    assert answer.status_code in {403, 404} or answer.json()["items"] == []


async def test_pages_stay_whole_while_others_write(system: System) -> None:
    city = system.city(FLENSBURG)
    there = {(await record(city)).json()["id"] for _ in range(5)}
    page = await city.seen(PLACEMENTS, limit=2)
    seen = [placement["id"] for placement in page["items"]]
    while page["next"] is not None:
        if len(seen) < 20:
            await record(city)
        page = await city.seen(PLACEMENTS, limit=100, cursor=page["next"])
        seen += [placement["id"] for placement in page["items"]]
    assert len(seen) == len(set(seen))
    assert there <= set(seen)


async def test_a_page_is_as_long_as_was_asked_for(system: System) -> None:
    for _ in range(3):
        await record(system.city(FLENSBURG))
    page = await system.city(FLENSBURG).seen(PLACEMENTS, limit=2)
    assert len(page["items"]) == 2
    assert page["next"]


@pytest.mark.parametrize("limit", ["0", "501", "-1", "x", "", "1.0", "1e2", "+5", " 5", "\u0665"])
async def test_a_limit_outside_one_to_five_hundred_is_refused(system: System, limit: str) -> None:
    answer = await system.coordination.get(PLACEMENTS, limit=limit)
    assert places(answer) == {"?limit"}


@pytest.mark.parametrize("limit", [1, 500])
async def test_the_smallest_and_the_largest_page_are_allowed(system: System, limit: int) -> None:
    assert len((await system.coordination.seen(PLACEMENTS, limit=limit))["items"]) <= limit


@pytest.mark.parametrize("cursor", ["x", "", "bm9uc2Vuc2U", "' or 1=1", "\u0000"])
async def test_a_cursor_that_was_never_given_is_refused(system: System, cursor: str) -> None:
    answer = await system.coordination.get(PLACEMENTS, cursor=cursor)
    assert places(answer) == {"?cursor"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page", "2"),
        ("effective_from", "2023-02-30"),
        ("effective_to", "yesterday"),
        ("unit", "1001"),
        ("programme", "holiday"),
    ],
)
async def test_a_query_that_cannot_be_is_refused_by_its_parameter(
    system: System, name: str, value: str
) -> None:
    assert places(await system.coordination.get(PLACEMENTS, **{name: value})) == {f"?{name}"}


async def test_all_faults_of_a_query_are_named_at_once(system: System) -> None:
    query = {"limit": "0", "effective_from": "x", "page": "2"}
    answer = await system.coordination.get(PLACEMENTS, **query)
    assert places(answer) == {"?limit", "?effective_from", "?page"}


@pytest.mark.parametrize("client", ["city-01001", "coordination", "auditor", "operator"])
async def test_the_reference_lists_are_open_to_all_but_services(
    system: System, client: str
) -> None:
    wanted = {"units": set(UNITS), "programmes": set(PROGRAMMES), "reasons": REASONS}
    for name, codes in wanted.items():
        listed = await system.caller(client).seen(f"/admissions/v1/{name}")
        assert {item["code"] for item in listed["items"]} >= codes
        for item in listed["items"]:
            assert set(item) == {"code", "name", "kind", "valid_from", "valid_to", "source"}


async def test_units_are_named_as_the_field_names_them(system: System) -> None:
    items = (await system.coordination.seen("/admissions/v1/units"))["items"]
    names = {item["code"]: item["name"] for item in items}
    assert (names["01003"], names["01058"]) == ("Lübeck", "Rendsburg-Eckernförde")
    assert sorted(names) == sorted(UNITS)


async def test_the_feed_goes_on_after_any_sequence(system: System) -> None:
    for _ in range(3):
        await record(system.city(FLENSBURG))
    last = await head(system)
    page = await system.coordination.seen(ENTRIES, after=last - 3, limit=2)
    assert [entry["sequence"] for entry in page["items"]] == [last - 2, last - 1]
    assert page["next"] == last - 1
    rest = await system.coordination.seen(ENTRIES, after=page["next"], limit=1000)
    assert [entry["sequence"] for entry in rest["items"]] == [last]
    assert rest["next"] is None


async def test_the_feed_after_its_head_is_empty(system: System) -> None:
    page = await system.coordination.seen(ENTRIES, after=await head(system))
    assert page == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("name", "value"),
    [("limit", "0"), ("limit", "1001"), ("after", "-1"), ("after", "x"), ("cursor", "x")],
)
async def test_a_feed_refuses_what_it_does_not_know(system: System, name: str, value: str) -> None:
    assert places(await system.coordination.get(ENTRIES, **{name: value})) == {f"?{name}"}


async def test_an_after_beyond_all_numbers_breaks_nothing(system: System) -> None:
    answer = await system.coordination.get(ENTRIES, after=str(10**30))
    assert answer.status_code in {200, 422}


async def test_another_land_is_not_found(system: System) -> None:
    for path in ("ledger/02/entries", "ledger/02/verification", "ledger/99/entries"):
        problem(await system.coordination.get(f"/admissions/v1/{path}"), 404, "not-found")
