import csv
from fractions import Fraction
from pathlib import Path

import pytest

from services.quota.domain.allotment import Allotted, Method, Tie, allot

STORMARN = Path(__file__).parents[2] / "data" / "stormarn_2022-03-30.csv"
BOTH = pytest.mark.parametrize("method", list(Method))


def equal(units: int) -> dict[str, Fraction]:
    return {f"{number:05}": Fraction(1) for number in range(units)}


def test_stormarns_3000_people_come_out_as_stated() -> None:
    lines = STORMARN.read_text(encoding="utf-8").splitlines()
    stated = {row["unit"]: row for row in csv.DictReader(lines[1:])}
    percent = {unit: Fraction(row["percent"]) for unit, row in stated.items()}
    allotment = allot(percent, 3000, Method.HARE_NIEMEYER)
    given = {each.unit: each.persons for each in allotment.units}
    assert given == {unit: int(row["persons_of_3000"]) for unit, row in stated.items()}


@BOTH
def test_units_are_sorted_by_code_and_carry_their_exact_share(method: Method) -> None:
    allotment = allot({"b": Fraction(1, 3), "a": Fraction(1, 6)}, 3, method)
    assert allotment.units == [Allotted("a", Fraction(1, 3), 1), Allotted("b", Fraction(2, 3), 2)]


@BOTH
def test_tied_units_are_sorted_by_code(method: Method) -> None:
    allotment = allot({"c": Fraction(1), "a": Fraction(1), "b": Fraction(1)}, 2, method)
    assert allotment.ties == [Tie(["a", "b", "c"], 2)]


@BOTH
def test_everybody_is_allotted_or_open(method: Method) -> None:
    weights = {f"{number}": Fraction(number * number + 1, 7) for number in range(30)}
    for persons in range(200):
        allotment = allot(weights, persons, method)
        assert sum(each.persons for each in allotment.units) + allotment.open == persons


@BOTH
@pytest.mark.timeout(20)
def test_ten_million_people_over_20000_units_take_no_loop_per_person(method: Method) -> None:
    allotment = allot(equal(20_000), 10_000_000 - 1, method)
    assert {each.persons for each in allotment.units} == {499}
    assert allotment.open == 19_999


def test_a_last_claim_equal_to_an_earlier_persons_of_a_larger_unit_is_a_tie() -> None:
    """1 ÷ 1 = 3 ÷ 3 = 5 ÷ 5 = 99 ÷ 99: a first, a second, a third and a fiftieth person."""
    weights = {"a": Fraction(1), "b": Fraction(3), "c": Fraction(5), "d": Fraction(99)}
    allotment = allot(weights, 54, Method.SAINTE_LAGUE)
    assert [each.persons for each in allotment.units] == [0, 1, 2, 49]
    assert allotment.ties == [Tie(["a", "b", "c", "d"], 2)]


def test_claims_that_differ_in_the_18th_digit_are_no_tie() -> None:
    large = Fraction(10**18)
    first = allot({"a": large, "b": large + 1, "c": Fraction(1)}, 1, Method.SAINTE_LAGUE)
    assert [each.persons for each in first.units] == [0, 1, 0]
    large += 82
    weights = {"a": 3 * large, "b": large + 1, "c": Fraction(1), "d": Fraction(1)}
    second = allot(weights, 2, Method.SAINTE_LAGUE)
    assert [each.persons for each in second.units] == [1, 1, 0, 0]
    assert second.ties == []
