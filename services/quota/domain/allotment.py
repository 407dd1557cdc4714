"""Allotment: whole people from exact shares, for display and proposals; the ledger is exact."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from heapq import heapify, heapreplace
from math import lcm


class Method(StrEnum):
    """How people are allotted."""

    HARE_NIEMEYER = "hare-niemeyer"
    SAINTE_LAGUE = "sainte-lague"


@dataclass(frozen=True, slots=True)
class Allotted:
    """A unit's exact share and the people that are surely its own."""

    unit: str
    share: Fraction
    persons: int


@dataclass(frozen=True, slots=True)
class Tie:
    """These units have the same claim to fewer people than they are."""

    units: list[str]
    persons: int


@dataclass(frozen=True, slots=True)
class Allotment:
    """Units sorted by code; tied people are given to nobody and counted in `open`."""

    units: list[Allotted]
    open: int
    ties: list[Tie]


Seats = dict[str, int]


def allot(weights: Mapping[str, Fraction], persons: int, method: Method) -> Allotment:
    """Share people out by weight (none negative, one at least positive), exactly."""
    scale = lcm(*(weight.denominator for weight in weights.values()))
    whole = {unit: int(weight * scale) for unit, weight in sorted(weights.items())}
    seats, tie = METHODS[method](whole, persons)
    total = sum(whole.values())
    return Allotment(
        units=[
            Allotted(unit, Fraction(weight, total), seats[unit]) for unit, weight in whole.items()
        ],
        open=tie.persons if tie else 0,
        ties=[tie] if tie else [],
    )


def _hare_niemeyer(weights: Mapping[str, int], persons: int) -> tuple[Seats, Tie | None]:
    """Everybody's whole part first, then one more each for the largest remainders."""
    total = sum(weights.values())
    seats = {unit: weight * persons // total for unit, weight in weights.items()}
    remainders = {unit: weight * persons % total for unit, weight in weights.items()}
    left = persons - sum(seats.values())
    if not left:
        return seats, None
    last = sorted(remainders.values(), reverse=True)[left - 1]
    sure = [unit for unit, remainder in remainders.items() if remainder > last]
    claims = [unit for unit, remainder in remainders.items() if remainder == last]
    return _give(seats, sure, claims, left - len(sure))


def _give(
    seats: Seats, sure: Iterable[str], claims: list[str], persons: int
) -> tuple[Seats, Tie | None]:
    """One more for the sure ones, and for those with equal claims if there are enough people."""
    tied = len(claims) > persons
    for unit in (*sure, *(() if tied else claims)):
        seats[unit] += 1
    return seats, Tie(claims, persons) if tied else None


def _sainte_lague(weights: Mapping[str, int], persons: int) -> tuple[Seats, Tie | None]:
    """Everybody to the largest of all weight ÷ 1, 3, 5, …, without counting people one by one."""
    if not persons:
        return dict.fromkeys(weights, 0), None
    # So fine that quotients by divisors up to 2 × persons + 1 are equal or differ by at least 1.
    fine = (2 * persons + 1) ** 2
    seats = _sure_seats(weights, persons)
    _add_largest(weights, seats, persons - sum(seats.values()), fine)
    last_claims = {u: weights[u] * fine // (2 * had - 1) for u, had in seats.items() if had}
    last = min(last_claims.values())
    given = [unit for unit, claim in last_claims.items() if claim == last]
    waiting = [u for u, had in seats.items() if weights[u] * fine // (2 * had + 1) == last]
    if not waiting:
        return seats, None
    for unit in given:
        seats[unit] -= 1
    return seats, Tie(sorted((*given, *waiting)), len(given))


def _sure_seats(weights: Mapping[str, int], persons: int) -> Seats:
    """All claims of half a person per unit fewer: rounding can't make more people of them."""
    total, fewer = sum(weights.values()), max(0, 2 * persons - len(weights))
    return {unit: (weight * fewer + total) // (2 * total) for unit, weight in weights.items()}


def _add_largest(weights: Mapping[str, int], seats: Seats, persons: int, fine: int) -> None:
    """Give people one by one to the largest next quotient."""
    heap = [(-weights[unit] * fine // (2 * had + 1), unit) for unit, had in seats.items()]
    heapify(heap)
    for _ in range(persons):
        unit = heap[0][1]
        seats[unit] += 1
        heapreplace(heap, (-weights[unit] * fine // (2 * seats[unit] + 1), unit))


METHODS: Mapping[Method, Callable[[Mapping[str, int], int], tuple[Seats, Tie | None]]] = {
    Method.HARE_NIEMEYER: _hare_niemeyer,
    Method.SAINTE_LAGUE: _sainte_lague,
}
