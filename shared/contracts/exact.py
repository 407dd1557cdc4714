"""Exact numbers on the wire: the fraction that counts and the decimal that people read."""

from fractions import Fraction
from typing import TypedDict


class Exact(TypedDict):
    """`exact` is an integer or a reduced fraction as text, `decimal` has three places."""

    exact: str
    decimal: str


def exact(number: Fraction | int | str) -> Exact:
    """A number as the contract writes it: 41/7 is {"exact": "41/7", "decimal": "5.857"}.

    A text is one that was written so before, reduced.
    """
    if not isinstance(number, str):
        return {"exact": str(number), "decimal": decimal_text(number, 3)}
    above, _, below = number.partition("/")
    return {"exact": number, "decimal": _decimal(int(above), int(below or 1), 3)}


def decimal_text(number: Fraction | int, places: int) -> str:
    """Rounded half to even to so many places; never a negative zero."""
    return _decimal(number.numerator, number.denominator, places)


def _decimal(above: int, below: int, places: int) -> str:
    """In integers: Fraction's own arithmetic would take ten times as long."""
    scale = 10**places
    parts, left = divmod(abs(above) * scale, below)
    parts += 2 * left + parts % 2 > below
    whole, rest = divmod(parts, scale)
    sign = "-" if above < 0 and parts else ""
    return f"{sign}{whole}.{rest:0{places}}"
