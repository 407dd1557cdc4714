"""Balances follow each placement at once, exactly."""

from fractions import Fraction

import pytest

from tests.end_to_end.placements import ALLIANCE, FLENSBURG, KIEL, UNITS, correct, record, withdraw
from tests.end_to_end.quotas import balances, exact
from tests.end_to_end.system import Json, System
from tests.model.numbers import exact_number, fulfilment_percent

pytestmark = pytest.mark.asyncio(loop_scope="session")

QUOTAS = ["sh-alliance", "sh-regular"]
FIELDS = {
    *("unit", "name", "share", "credited", "target", "balance", "standing"),
    "fulfilment_percent",
}


def by_unit(body: Json, field: str) -> dict[str, Fraction]:
    return {unit["unit"]: exact(unit[field]) for unit in body["units"]}


def changes(before: Json, after: Json, field: str) -> dict[str, Fraction]:
    old, new = by_unit(before, field), by_unit(after, field)
    return {unit: new[unit] - old[unit] for unit in new if new[unit] != old[unit]}


@pytest.mark.parametrize("quota", QUOTAS)
async def test_balances_are_complete_and_in_the_order_of_the_codes(
    system: System, quota: str
) -> None:
    body = await balances(system, quota)
    assert set(body) == {"quota", "land", "as_of", "total", "units"}
    assert set(body["as_of"]) == {"sequence", "definition", "valid_on", "known_at"}
    units = [unit["unit"] for unit in body["units"]]
    assert units == sorted(ALLIANCE if quota == "sh-alliance" else UNITS)
    assert all(set(unit) == FIELDS for unit in body["units"])
    names = {unit["unit"]: unit["name"] for unit in body["units"]}
    assert names[FLENSBURG] == "Flensburg"


@pytest.mark.parametrize("quota", QUOTAS)
async def test_the_books_balance(system: System, quota: str) -> None:
    await record(system.city(KIEL), unit=KIEL, persons=7)
    body = await balances(system, quota)
    assert sum(by_unit(body, "balance").values()) == 0
    assert sum(by_unit(body, "share").values()) == 1
    credited = by_unit(body, "credited")
    assert sum(credited.values()) == exact(body["total"])
    assert sum(by_unit(body, "target").values()) == exact(body["total"])
    for unit, balance in by_unit(body, "balance").items():
        assert balance == credited[unit] - by_unit(body, "target")[unit]


@pytest.mark.parametrize("quota", QUOTAS)
async def test_every_number_is_a_reduced_fraction_and_its_rounded_decimal(
    system: System, quota: str
) -> None:
    body = await balances(system, quota)
    numbers = [body["total"]]
    for unit in body["units"]:
        numbers += [unit[name] for name in ("share", "credited", "target", "balance")]
        percent = fulfilment_percent(exact(unit["credited"]), exact(unit["target"]))
        assert unit["fulfilment_percent"] == percent
    assert all(number == exact_number(exact(number)) for number in numbers)


@pytest.mark.parametrize("quota", QUOTAS)
async def test_the_share_is_the_part_of_the_population(system: System, quota: str) -> None:
    shares = by_unit(await balances(system, quota), "share")
    people = 553_488 if quota == "sh-alliance" else 2_903_773
    assert shares[FLENSBURG] == Fraction(90164, people)


async def test_a_placement_moves_its_own_credit_and_everybodys_target(system: System) -> None:
    before = [await balances(system, quota) for quota in QUOTAS]
    await record(system.city(FLENSBURG), persons=5)
    for quota, earlier in zip(QUOTAS, before, strict=True):
        later = await balances(system, quota)
        assert changes(earlier, later, "credited") == {FLENSBURG: 5}
        shares = by_unit(later, "share")
        assert changes(earlier, later, "target") == {unit: 5 * s for unit, s in shares.items()}


async def test_other_programmes_do_not_count_in_the_alliance(system: System) -> None:
    alliance, regular = [await balances(system, quota) for quota in QUOTAS]
    await record(system.city(FLENSBURG), persons=5, programme="asylum")
    assert changes(alliance, await balances(system, "sh-alliance"), "credited") == {}
    assert changes(regular, await balances(system, "sh-regular"), "credited") == {FLENSBURG: 5}


async def test_a_unit_outside_the_alliance_does_not_count_in_it(system: System) -> None:
    before = await balances(system, "sh-alliance")
    await record(system.city("01056"), unit="01056", persons=9)
    after = await balances(system, "sh-alliance")
    assert before["units"] == after["units"]


async def test_a_withdrawn_placement_leaves_no_trace_in_the_sums(system: System) -> None:
    before = [await balances(system, quota) for quota in QUOTAS]
    city = system.city(FLENSBURG)
    corrected = await correct(city, await record(city, persons=3), persons=8, programme="ukraine")
    await withdraw(city, corrected)
    after = [await balances(system, quota) for quota in QUOTAS]
    for earlier, later in zip(before, after, strict=True):
        assert changes(earlier, later, "balance") == {}
        assert earlier["total"] == later["total"]
