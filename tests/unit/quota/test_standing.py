import pytest

from services.quota.domain.standing import ON_QUOTA, OVER, UNDER, band_of
from tests.unit.quota.builders import a_tolerance


def test_the_edges_are_the_last_target_that_is_over_and_the_first_that_is_under() -> None:
    assert band_of(a_tolerance(1), person=10).edges(ON_QUOTA, 100, 1) == (90, 110)


def test_a_threshold_between_two_whole_numbers_is_reached_at_the_farther_one() -> None:
    assert band_of(a_tolerance("1/3"), person=10).edges(ON_QUOTA, 100, 1) == (96, 104)


def test_with_no_tolerance_only_a_balance_of_0_is_on_quota() -> None:
    assert band_of(a_tolerance(0), person=10).edges(ON_QUOTA, 100, 1) == (99, 101)


def test_percent_of_the_target_is_reached_too() -> None:
    band = band_of(a_tolerance(1, percent=25), person=1)
    assert band.edges(ON_QUOTA, 100, 1) == (80, 134)
    assert band.edges(ON_QUOTA, -100, 1) == (-134, -80)


def test_persons_decide_where_percent_is_less() -> None:
    assert band_of(a_tolerance(50, percent=10), person=1).edges(ON_QUOTA, 100, 1) == (50, 150)


def test_a_target_of_0_is_over_by_persons_alone() -> None:
    band = band_of(a_tolerance(1, percent=10), person=1)
    over, under = band.edges(ON_QUOTA, 1, 0)
    assert over == 0
    assert under == 2
    assert band.edges(ON_QUOTA, 0, 0) == (-1, 1)


def test_a_release_moves_only_the_edge_that_a_unit_comes_from() -> None:
    band = band_of(a_tolerance(3, release=1), person=10)
    assert band.edges(ON_QUOTA, 100, 1) == (70, 130)
    assert band.edges(OVER, 100, 1) == (90, 130)
    assert band.edges(UNDER, 100, 1) == (70, 110)


def test_a_release_of_0_ends_at_a_balance_of_0() -> None:
    band = band_of(a_tolerance(3, release=0), person=10)
    assert band.edges(OVER, 100, 1) == (99, 130)
    assert band.edges(UNDER, 100, 1) == (70, 101)


def test_a_release_counts_whatever_the_percent() -> None:
    band = band_of(a_tolerance(1, percent=50, release=1), person=1)
    assert band.edges(OVER, 100, 1)[0] == 99
    assert band.edges(UNDER, 100, 1)[1] == 101


def test_without_persons_percent_alone_decides_but_a_target_of_0_is_on_quota() -> None:
    band = band_of(a_tolerance(None, percent=25), person=10)
    assert band.edges(ON_QUOTA, 100, 1) == (80, 134)
    assert band.edges(ON_QUOTA, 100, 0) == (-1, 1)


def test_a_standing_is_looked_at_again_before_a_target_of_0_that_is_spared() -> None:
    band = band_of(a_tolerance(None, percent=25), person=10)
    assert band.place(ON_QUOTA, 100, 7) == (OVER, (1, 80))
    assert band.place(OVER, 100, -7) == (OVER, (None, -1))
    assert band.place(OVER, 100, 0) == (ON_QUOTA, (0, 0))
    assert band.place(ON_QUOTA, -100, -7) == (UNDER, (-80, -1))


def test_a_release_keeps_a_standing_at_a_target_of_0_too() -> None:
    band = band_of(a_tolerance(None, percent=25, release=1), person=10)
    assert band.edges(OVER, 10, 0) == (0, 1)
    assert band.edges(OVER, 9, 0) == (-1, 1)
    assert band.edges(UNDER, -10, 0) == (-1, 0)


def test_a_tolerance_needs_persons_or_percent() -> None:
    with pytest.raises(ValueError, match="persons or percent"):
        a_tolerance(None)
