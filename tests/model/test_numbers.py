"""How exact numbers are written."""

from fractions import Fraction

import pytest

from tests.model.numbers import decimal_text, exact_number, fulfilment_percent


@pytest.mark.parametrize(
    ("value", "exact", "decimal"),
    [
        (Fraction(41, 7), "41/7", "5.857"),
        (Fraction(9), "9", "9.000"),
        (Fraction(-1, 2000), "-1/2000", "0.000"),
        (Fraction(1, 2000), "1/2000", "0.000"),
        (Fraction(3, 2000), "3/2000", "0.002"),
        (Fraction(-3, 2000), "-3/2000", "-0.002"),
        (Fraction(-13, 8), "-13/8", "-1.625"),
        (Fraction(-10), "-10", "-10.000"),
    ],
)
def test_a_number_is_a_reduced_fraction_and_a_decimal_rounded_half_to_even(
    value: Fraction, exact: str, decimal: str
) -> None:
    assert exact_number(value) == {"exact": exact, "decimal": decimal}


def test_fulfilment_is_in_percent_of_the_target() -> None:
    assert fulfilment_percent(Fraction(1), Fraction(3)) == "33.3"
    assert fulfilment_percent(Fraction(0), Fraction(3)) == "0.0"
    assert fulfilment_percent(Fraction(0), Fraction(0)) is None
    assert decimal_text(Fraction(1, 20), places=1) == "0.0"
