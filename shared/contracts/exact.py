"""Exact numbers on the wire: the fraction that counts and the decimal that people read."""

from fractions import Fraction
from typing import TypedDict


class Exact(TypedDict):
    """`exact` is an integer or a reduced fraction as text, `decimal` has three places."""

    exact: str
    decimal: str


def exact(number: Fraction | int) -> Exact:
    """A number as the contract writes it: 41/7 is {"exact": "41/7", "decimal": "5.857"}."""
    fraction = Fraction(number)
    return {"exact": str(fraction), "decimal": decimal_text(fraction, 3)}


def decimal_text(number: Fraction, places: int) -> str:
    """Rounded half to even to so many places; never a negative zero."""
    scale = 10**places
    whole, rest = divmod(abs(round(number * scale)), scale)
    sign = "-" if number < 0 and (whole or rest) else ""
    return f"{sign}{whole}.{rest:0{places}}"
