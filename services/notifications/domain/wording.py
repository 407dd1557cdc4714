"""The facts that a text is made of: by how many persons, and which way."""

from dataclasses import dataclass
from fractions import Fraction

from services.notifications.domain.alert import Amount


@dataclass(frozen=True, slots=True)
class Deviation:
    """A balance in words: signed decimal, whole persons rounded half to even, direction."""

    signed: str
    persons: int
    is_over: bool
    is_exact: bool


def deviation(balance: Amount) -> Deviation:
    """How far off its target a unit is; a positive balance is over."""
    exact = Fraction(balance.exact)
    persons = round(abs(exact))
    return Deviation(
        signed=f"+{balance.decimal}" if exact > 0 else balance.decimal,
        persons=persons,
        is_over=exact > 0,
        is_exact=persons == abs(exact),
    )
