"""What the seeded quotas are."""

from itertools import chain

import pytest

from tests.end_to_end.placements import ALLIANCE, UNITS
from tests.end_to_end.problems import places, problem
from tests.end_to_end.quotas import QUOTAS
from tests.end_to_end.system import Json, System

pytestmark = pytest.mark.asyncio(loop_scope="session")

POPULATION = {"01001": "90164", "01002": "246794", "01003": "216530", "01056": "316103"}
KNOWN = {"definition", "ledger_sequence", "recorded_at"}


async def quota(system: System, name: str) -> Json:
    return await system.coordination.seen(f"{QUOTAS}/{name}")


async def test_the_two_quotas_are_listed_as_they_are_shown_alone(system: System) -> None:
    listed = {one["quota"]: one for one in await system.city("01001").listed(QUOTAS)}
    assert listed.keys() >= {"sh-alliance", "sh-regular"}
    for name in ("sh-alliance", "sh-regular"):
        assert listed[name] == await quota(system, name)


@pytest.mark.parametrize(("name", "units"), [("sh-alliance", ALLIANCE), ("sh-regular", UNITS)])
async def test_the_seeded_members_are_open_from_the_first_day(
    system: System, name: str, units: tuple[str, ...]
) -> None:
    shown = await quota(system, name)
    assert (shown["quota"], shown["land"]) == (name, "01")
    terms = [(term["unit"], term["from"], term["to"]) for term in shown["members"]]
    assert sorted(terms) == [(unit, "1990-01-01", None) for unit in sorted(units)]
    assert all(term["source"] for term in shown["members"])


@pytest.mark.parametrize("name", ["sh-alliance", "sh-regular"])
async def test_the_seeded_tolerance_is_one_person_over_all_time(system: System, name: str) -> None:
    shown = await quota(system, name)
    tolerance, period = shown["tolerances"][-1], shown["periods"][-1]
    assert tolerance["persons"] == "1"
    assert (tolerance["percent"], tolerance["release"]) == (None, None)
    assert period["period"] == "continuous"


@pytest.mark.parametrize("name", ["sh-alliance", "sh-regular"])
async def test_the_seeded_key_is_the_population_and_says_that_it_is_not_official(
    system: System, name: str
) -> None:
    [key] = (await quota(system, name))["keys"]
    assert (key["kind"], key["valid_from"]) == ("population", "2019-12-31")
    for unit in POPULATION.keys() & key["weights"].keys():
        assert key["weights"][unit] == POPULATION[unit]
    assert key["weights"].keys() >= set(ALLIANCE if name == "sh-alliance" else UNITS)
    assert key["source"]
    assert key["id"]


async def test_the_alliance_credits_safe_harbour_admissions_and_the_regular_quota_all(
    system: System,
) -> None:
    rules = {}
    for name in ("sh-alliance", "sh-regular"):
        shown = (await quota(system, name))["rules"]
        rules[name] = {rule["programme"]: (rule["share"], rule["from"]) for rule in shown}
    assert rules["sh-alliance"] == {"safe-harbour": ("1", "1990-01-01")}
    assert ("1", "1990-01-01") in rules["sh-regular"].values()


async def test_every_definition_says_when_it_became_known(system: System) -> None:
    numbers = []
    for one in await system.coordination.listed(QUOTAS):
        lists = ("members", "rules", "tolerances", "periods", "keys")
        for item in chain.from_iterable(one[name] for name in lists):
            assert set(item["known"]) == KNOWN
            numbers.append(item["known"]["definition"])
    assert min(numbers) >= 1


@pytest.mark.parametrize(
    "path", ["nothing", "sh-regular/nothing", "nothing/balances", "nothing/crossings", "SH-REGULAR"]
)
async def test_a_quota_that_is_not_there_is_not_found(system: System, path: str) -> None:
    problem(await system.coordination.get(f"{QUOTAS}/{path}"), 404, "not-found")


@pytest.mark.parametrize(
    "path", ["", "/sh-regular", "/sh-regular/balances", "/sh-regular/crossings"]
)
async def test_an_unknown_query_parameter_is_refused(system: System, path: str) -> None:
    assert places(await system.coordination.get(QUOTAS + path, colour="red")) == {"?colour"}
