"""The rule and the rule solved for the target agree on every number."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from services.quota.domain.definitions import Tolerance
from services.quota.domain.standing import ON_QUOTA, OVER, UNDER, band_of, standing
from shared.codes import Standing
from tests.properties.quota.histories import tolerances

small = st.integers(-60, 60)


@given(tolerances(), small, small, st.sampled_from([1, 2, 7]), st.sampled_from(Standing))
def test_the_edges_are_where_the_rule_changes(
    tolerance: Tolerance, credited: int, target: int, person: int, before: Standing
) -> None:
    over, under = band_of(tolerance, person).edges(before, credited, target)
    by_edges = OVER if target <= over else UNDER if target >= under else ON_QUOTA
    balance = Fraction(credited - target, person)
    assert by_edges is standing(balance, Fraction(target, person), tolerance, before)


@given(tolerances(), small, small, st.sampled_from(Standing))
def test_a_standing_that_was_reached_stays_while_nothing_moves(
    tolerance: Tolerance, balance: int, target: int, before: Standing
) -> None:
    numbers = Fraction(balance, 3), Fraction(target, 3)
    reached = standing(*numbers, tolerance, before)
    assert standing(*numbers, tolerance, reached) is reached


@given(tolerances(), small, small, st.sampled_from(Standing))
def test_over_and_under_are_mirror_images(
    tolerance: Tolerance, balance: int, target: int, before: Standing
) -> None:
    mirror = {OVER: UNDER, ON_QUOTA: ON_QUOTA, UNDER: OVER}
    numbers = Fraction(balance, 2), Fraction(target, 2)
    turned = standing(-numbers[0], -numbers[1], tolerance, mirror[before])
    assert standing(*numbers, tolerance, before) is mirror[turned]
