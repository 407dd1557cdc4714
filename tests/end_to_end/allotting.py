"""Whole people from exact shares, by two methods, slowly."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Allotted:
    """`tied` units wait for `open` people that nobody gets."""

    persons: Mapping[str, int]
    open: int
    tied: frozenset[str]


def hare_niemeyer(weights: Mapping[str, Fraction], persons: int) -> Allotted:
    """Everybody gets the whole part of the exact claim; the largest rests get what is left."""
    total = sum(weights.values())
    claims = {unit: persons * weight / total for unit, weight in weights.items()}
    whole = {unit: int(claim) for unit, claim in claims.items()}
    rests = [(claims[unit] - whole[unit], unit) for unit in weights]
    return _give(whole, rests, persons - sum(whole.values()))


def sainte_lague(weights: Mapping[str, Fraction], persons: int) -> Allotted:
    """The largest quotients weight / 1, weight / 3, weight / 5 … get one person each."""
    nobody = dict.fromkeys(weights, 0)
    quotients = [
        (weight / (2 * place + 1), unit)
        for unit, weight in weights.items()
        for place in range(persons)
    ]
    return _give(nobody, quotients, persons)


def _give(given: dict[str, int], claims: list[tuple[Fraction, str]], left: int) -> Allotted:
    """One person to each of the `left` largest claims; equal ones at the edge get nobody."""
    claims = sorted(claims, reverse=True)
    edge = claims[left][0] if left < len(claims) else None
    is_tied = left > 0 and claims[left - 1][0] == edge
    result = dict(given)
    for claim, unit in claims[:left]:
        if not (is_tied and claim == edge):
            result[unit] += 1
    tied = frozenset(unit for claim, unit in claims if claim == edge) if is_tied else frozenset()
    open_people = sum(claim == edge for claim, _ in claims[:left]) if is_tied else 0
    return Allotted(result, open_people, tied)
