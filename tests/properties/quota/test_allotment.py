"""Allotment without a loop per person gives what handing people out one by one gives."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from services.quota.domain.allotment import Method, Tie, allot

Given = tuple[dict[str, int], list[Tie]]

numbers = st.sampled_from([0, 1, 1, 2, 3, 5, 9, 15]) | st.integers(0, 60)
weights = st.dictionaries(st.sampled_from("abcdefg"), numbers.map(Fraction), min_size=1).filter(
    lambda drawn: sum(drawn.values()) > 0
)


def one_by_one(weights: dict[str, Fraction], persons: int) -> Given:
    """Sainte-Laguë: to all with the largest quotient, while people are enough for all of them."""
    seats = dict.fromkeys(sorted(weights), 0)
    while persons:
        claims = {unit: weights[unit] / (2 * had + 1) for unit, had in seats.items()}
        largest = [unit for unit, claim in claims.items() if claim == max(claims.values())]
        if len(largest) > persons:
            return seats, [Tie(largest, persons)]
        for unit in largest:
            seats[unit] += 1
        persons -= len(largest)
    return seats, []


def by_remainders(weights: dict[str, Fraction], persons: int) -> Given:
    """Hare-Niemeyer: whole parts, then to all with the largest remainder, while people last."""
    total = sum(weights.values())
    claims = {unit: weights[unit] * persons / total for unit in sorted(weights)}
    seats = {unit: int(claim) for unit, claim in claims.items()}
    remainders = {unit: claims[unit] - seats[unit] for unit in claims}
    left = persons - sum(seats.values())
    while left:
        largest = [unit for unit, rest in remainders.items() if rest == max(remainders.values())]
        if len(largest) > left:
            return seats, [Tie(largest, left)]
        for unit in largest:
            seats[unit] += 1
            del remainders[unit]
        left -= len(largest)
    return seats, []


@given(weights, st.integers(0, 40))
def test_sainte_lague_is_handing_out_one_by_one(weights: dict[str, Fraction], persons: int) -> None:
    allotment = allot(weights, persons, Method.SAINTE_LAGUE)
    seats = {each.unit: each.persons for each in allotment.units}
    assert (seats, allotment.ties) == one_by_one(weights, persons)


@given(weights, st.integers(0, 40))
def test_hare_niemeyer_is_handing_out_remainders(
    weights: dict[str, Fraction], persons: int
) -> None:
    allotment = allot(weights, persons, Method.HARE_NIEMEYER)
    seats = {each.unit: each.persons for each in allotment.units}
    assert (seats, allotment.ties) == by_remainders(weights, persons)
