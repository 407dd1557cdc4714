"""Exact numbers on the wire: the fraction that counts and the decimal that people read."""

from fractions import Fraction
from typing import TypedDict


class Exact(TypedDict):
    """`exact` is an integer or a reduced fraction as text, `decimal` has three places."""

    exact: str
    decimal: str


def exact(number: Fraction | int) -> Exact:
    """A number as the contract writes it: 41/7 is {"exact": "41/7", "decimal": "5.857"}."""
    return {"exact": str(number), "decimal": decimal_text(number, 3)}


def decimal_text(number: Fraction | int, places: int) -> str:
    """Rounded half to even to so many places; never a negative zero."""
    scale, part = 10**places, number.denominator
    parts, left = divmod(abs(number.numerator) * scale, part)
    parts += 2 * left + parts % 2 > part
    whole, rest = divmod(parts, scale)
    sign = "-" if number < 0 and parts else ""
    return f"{sign}{whole}.{rest:0{places}}"
