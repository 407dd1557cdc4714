"""Whole people from exact shares: known vectors, paradoxes, ties, and many random ones."""

import random
from fractions import Fraction
from typing import Any

import httpx
import pytest

from tests.end_to_end.allotting import hare_niemeyer, sainte_lague
from tests.end_to_end.placements import FLENSBURG, KIEL, LUEBECK
from tests.end_to_end.problems import places, problem
from tests.end_to_end.quotas import QUOTAS, exact
from tests.end_to_end.system import Json, System

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALLOTMENTS = "/quota/v1/allotments"
METHODS = {"hare-niemeyer": hare_niemeyer, "sainte-lague": sainte_lague}
ALLIANCE = {FLENSBURG: "90164", KIEL: "246794", LUEBECK: "216530"}


async def post(system: System, **body: Any) -> httpx.Response:
    """A pure computation: no Idempotency-Key."""
    return await system.caller("operator").ask("POST", ALLOTMENTS, json=body)


async def allotted(
    system: System, weights: dict[str, str], persons: int, method: str = "hare-niemeyer"
) -> Json:
    answer = await post(system, weights=weights, persons=persons, method=method)
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    assert set(body) == {"persons", "method", "units", "open", "ties"}
    assert (body["persons"], body["method"]) == (persons, method)
    codes = [unit["unit"] for unit in body["units"]]
    assert codes == sorted(weights)
    assert sum(unit["persons"] for unit in body["units"]) + body["open"] == persons
    return body


def given(body: Json) -> dict[str, int]:
    return {unit["unit"]: unit["persons"] for unit in body["units"]}


@pytest.mark.parametrize(
    ("persons", "method", "people"),
    [
        (18, "hare-niemeyer", (3, 8, 7)),
        (18, "sainte-lague", (3, 8, 7)),
        (21, "hare-niemeyer", (4, 9, 8)),
        (22, "hare-niemeyer", (3, 10, 9)),
        (22, "sainte-lague", (4, 10, 8)),
    ],
)
async def test_the_alliances_people_are_allotted_as_known(
    system: System, persons: int, method: str, people: tuple[int, ...]
) -> None:
    wanted = dict(zip(ALLIANCE, people, strict=True))
    assert given(await allotted(system, ALLIANCE, persons, method)) == wanted
    path = f"{QUOTAS}/sh-alliance/allotment"
    shown = await system.city(FLENSBURG).seen(path, persons=persons, method=method)
    assert given(shown) == wanted
    assert (shown["open"], shown["ties"]) == (0, [])


async def test_hare_niemeyer_is_the_default(system: System) -> None:
    path = f"{QUOTAS}/sh-alliance/allotment"
    shown = await system.coordination.seen(path, persons=22)
    assert shown["method"] == "hare-niemeyer"
    assert given(shown)[FLENSBURG] == 3


async def test_the_share_is_shown_exactly(system: System) -> None:
    body = await allotted(system, {"a": "0.5", "b": "1.000001"}, 3)
    shares = [exact(unit["share"]) for unit in body["units"]]
    assert shares == [Fraction(500000, 1500001), Fraction(1000001, 1500001)]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("weights", "persons"),
    [
        ({"a": "1", "b": "1"}, 1),
        ({"a": "1", "b": "1", "c": "1"}, 2),
        ({"a": "1", "b": "1", "c": "1"}, 3),
        ({"a": "3", "b": "1"}, 2),
        ({"a": "3", "b": "1"}, 3),
        ({"a": "2", "b": "1", "c": "1"}, 1),
        ({"a": "5", "b": "1", "c": "1", "d": "1"}, 6),
        ({"a": "1"}, 7),
    ],
)
async def test_tied_people_are_given_to_nobody_and_counted_as_open(
    system: System, method: str, weights: dict[str, str], persons: int
) -> None:
    body = await allotted(system, weights, persons, method)
    wanted = METHODS[method]({u: Fraction(w) for u, w in weights.items()}, persons)
    assert (given(body), body["open"]) == (wanted.persons, wanted.open)
    tie = {"units": sorted(wanted.tied), "persons": wanted.open}
    assert body["ties"] == ([tie] if wanted.tied else [])


@pytest.mark.parametrize("method", METHODS)
async def test_random_shares_are_allotted_as_by_hand(system: System, method: str) -> None:
    chance = random.Random(method)
    for _ in range(25):
        units = [f"u{number:02}" for number in range(chance.randint(1, 12))]
        weights = {unit: f"{chance.randint(1, 40)}.{chance.choice('05')}" for unit in units}
        persons = chance.randint(1, 60)
        wanted = METHODS[method]({u: Fraction(w) for u, w in weights.items()}, persons)
        body = await allotted(system, weights, persons, method)
        assert (given(body), body["open"]) == (wanted.persons, wanted.open)
        assert {u for tie in body["ties"] for u in tie["units"]} == wanted.tied


@pytest.mark.parametrize("method", METHODS)
async def test_the_most_units_and_people_are_allotted(system: System, method: str) -> None:
    chance = random.Random(20)
    weights = {f"{number:05}": str(chance.randint(1, 999_983)) for number in range(20_000)}
    body = await allotted(system, weights, 10_000_000, method)
    total = sum(int(weight) for weight in weights.values())
    for unit in body["units"]:
        claim = Fraction(10_000_000 * int(weights[unit["unit"]]), total)
        assert abs(unit["persons"] - claim) < (1 if method == "hare-niemeyer" else 2)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"persons": 10_000_001}, "/persons"),
        ({"persons": -1}, "/persons"),
        ({"persons": "18"}, "/persons"),
        ({"persons": 1.0}, "/persons"),
        ({"method": "dhondt"}, "/method"),
        ({"weights": {}}, "/weights"),
        ({"weights": []}, "/weights"),
        ({"weights": {str(n): "1" for n in range(20_001)}}, "/weights"),
        ({"weights": {"a": "-1"}}, "/weights/a"),
        ({"weights": {"a": "1e3"}}, "/weights/a"),
        ({"weights": {"a": 1}}, "/weights/a"),
        ({"weights": {"a": "1/2"}}, "/weights/a"),
        ({"weights": {"a": "1.0000001"}}, "/weights/a"),
        ({"weights": {"a": "1" * 13}}, "/weights/a"),
        ({"weights": {"a": "\u0661"}}, "/weights/a"),
        ({"weights": {"a/b": ""}}, "/weights/a~1b"),
        ({"weights": {"x" * 41: "1"}}, "/weights/" + "x" * 41),
        ({"weights": {"": "1"}}, "/weights/"),
        ({"colour": "red"}, "/colour"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_cannot_be_allotted_is_refused(
    system: System, changes: Json, place: str
) -> None:
    body = {"weights": {"a": "1", "b": "2"}, "persons": 3, "method": "hare-niemeyer"}
    assert places(await post(system, **(body | changes))) == {place}


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({}, "?persons"),
        ({"persons": "x"}, "?persons"),
        ({"persons": "-1"}, "?persons"),
        ({"persons": "18", "method": "dhondt"}, "?method"),
        ({"persons": "18", "colour": "red"}, "?colour"),
    ],
)
async def test_a_quotas_allotment_refuses_a_wrong_query(
    system: System, query: Json, place: str
) -> None:
    answer = await system.coordination.get(f"{QUOTAS}/sh-alliance/allotment", **query)
    assert places(answer) == {place}


async def test_the_longest_codes_are_allotted(system: System) -> None:
    assert given(await allotted(system, {"x" * 40: "1", "Ä": "1"}, 2)) == {"x" * 40: 1, "Ä": 1}


async def test_a_key_of_an_unknown_quota_allots_nothing(system: System) -> None:
    answer = await system.coordination.get(f"{QUOTAS}/nothing/allotment", persons=1)
    problem(answer, 404, "not-found")
