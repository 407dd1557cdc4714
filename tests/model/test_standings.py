"""Tolerance in persons, in percent of the target, and with a release."""

from fractions import Fraction

import pytest

from tests.model.standings import ON_QUOTA, OVER, UNDER, Tolerance

PERSONS = Tolerance()
BOTH = Tolerance(Fraction(1), Fraction(10))
ONLY_PERCENT = Tolerance(None, Fraction(10))
RELEASE = Tolerance(Fraction(2), Fraction(10), Fraction(1, 2))
ANY = Tolerance(Fraction(0), None, Fraction(0))


@pytest.mark.parametrize(
    ("tolerance", "before", "balance", "target", "after"),
    [
        (PERSONS, ON_QUOTA, Fraction(1), Fraction(5), OVER),
        (PERSONS, ON_QUOTA, Fraction(999, 1000), Fraction(5), ON_QUOTA),
        (PERSONS, ON_QUOTA, Fraction(-1), Fraction(5), UNDER),
        (PERSONS, OVER, Fraction(999, 1000), Fraction(5), ON_QUOTA),
        (PERSONS, OVER, Fraction(-1), Fraction(5), UNDER),
        (BOTH, ON_QUOTA, Fraction(1), Fraction(10), OVER),
        (BOTH, ON_QUOTA, Fraction(1), Fraction(11), ON_QUOTA),
        (BOTH, ON_QUOTA, Fraction(-1), Fraction(-10), UNDER),
        (BOTH, ON_QUOTA, Fraction(1), Fraction(0), OVER),
        (ONLY_PERCENT, ON_QUOTA, Fraction(1, 2), Fraction(5), OVER),
        (ONLY_PERCENT, ON_QUOTA, Fraction(7), Fraction(0), ON_QUOTA),
        (RELEASE, ON_QUOTA, Fraction(1), Fraction(5), ON_QUOTA),
        (RELEASE, OVER, Fraction(1, 2), Fraction(500), OVER),
        (RELEASE, OVER, Fraction(49, 100), Fraction(5), ON_QUOTA),
        (RELEASE, OVER, Fraction(-1), Fraction(5), ON_QUOTA),
        (RELEASE, OVER, Fraction(-2), Fraction(5), UNDER),
        (RELEASE, UNDER, Fraction(-1), Fraction(5), UNDER),
        (ANY, ON_QUOTA, Fraction(1, 9), Fraction(5), OVER),
        (ANY, OVER, Fraction(0), Fraction(5), ON_QUOTA),
    ],
)
def test_a_standing_follows_from_the_one_before_and_the_tolerance(
    tolerance: Tolerance, before: str, balance: Fraction, target: Fraction, after: str
) -> None:
    assert tolerance.standing(before, balance, target) == after


def test_a_tolerance_is_read_as_decimal_or_fraction() -> None:
    read = Tolerance.of({"persons": "1.5", "percent": None, "release": "1/2"})
    assert read == Tolerance(Fraction(3, 2), None, Fraction(1, 2))
