"""Exact numbers are written as the contract says: a reduced fraction, and three places."""

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.exact import decimal_text, exact

fractions = st.fractions() | st.builds(Fraction, st.integers(), st.integers(1, 10_000))


@pytest.mark.parametrize(
    ("number", "written", "decimal"),
    [
        (Fraction(41, 7), "41/7", "5.857"),
        (Fraction(9), "9", "9.000"),
        (9, "9", "9.000"),
        (Fraction(0), "0", "0.000"),
        (Fraction(-41, 7), "-41/7", "-5.857"),
        (Fraction(10, 4), "5/2", "2.500"),
        (Fraction(1, 2000), "1/2000", "0.000"),
        (Fraction(3, 2000), "3/2000", "0.002"),
        (Fraction(5, 2000), "1/400", "0.002"),
        (Fraction(-1, 2000), "-1/2000", "0.000"),
        (Fraction(-3, 2000), "-3/2000", "-0.002"),
        (Fraction(-1, 10**9), "-1/1000000000", "0.000"),
        (Fraction(1999, 2000), "1999/2000", "1.000"),
        (Fraction(-1999, 2000), "-1999/2000", "-1.000"),
        (Fraction(10**30 + 1, 10**15), f"{10**30 + 1}/{10**15}", f"{10**15}.000"),
    ],
)
def test_a_number_is_written_reduced_and_rounded_half_even(
    number: Fraction | int, written: str, decimal: str
) -> None:
    assert exact(number) == {"exact": written, "decimal": decimal}


@pytest.mark.parametrize(("places", "text"), [(0, "2."), (1, "2.5"), (2, "2.50")])
def test_places_are_as_many_as_asked_for(places: int, text: str) -> None:
    assert decimal_text(Fraction(5, 2), places).startswith(text)


@given(fractions)
def test_what_is_written_is_read_back_exactly(number: Fraction) -> None:
    assert Fraction(exact(number)["exact"]) == number


@given(fractions)
def test_the_decimal_agrees_with_the_decimal_module_and_is_never_negative_zero(
    number: Fraction,
) -> None:
    with localcontext() as context:
        context.prec = 10_000
        scaled = Decimal(round(number * 1000)).scaleb(-3).quantize(Decimal("0.001"))
        doubled = 2 * number * 1000
        if doubled.denominator == 1 and doubled.numerator % 2:  # exactly half way
            half = Decimal(doubled.numerator).scaleb(-3) / 2
            assert half.quantize(Decimal("0.001"), rounding=ROUND_HALF_EVEN) == scaled
    text = exact(number)["decimal"]
    assert Decimal(text) == scaled
    assert text != "-0.000"
    assert len(text.partition(".")[2]) == 3


@given(fractions)
def test_what_was_written_before_is_written_alike(number: Fraction) -> None:
    assert exact(str(number)) == exact(number)
