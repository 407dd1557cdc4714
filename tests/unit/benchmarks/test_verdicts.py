"""Figures are medians of the ratios within each round, and a missed target is shown as missed."""

import pytest

from benchmarks.comparing import Verdict
from benchmarks.runs import Run
from benchmarks.side_by_side import Measured
from benchmarks.verdicts import best_peer, figures_of, markdown, spans_of
from benchmarks.world import LARGE, SMALL, World

EXACT, LOSING = Verdict(10, 0, 0, 0), Verdict(10, 1, 0, 0)


def runs(*per_second: float) -> list[Run]:
    return [Run(100, 100 / each, each * 2, True, []) for each in per_second]


def measured(size: int = SMALL, quota: tuple[float, ...] = (50, 60, 90)) -> Measured:
    found = Measured(World(size, 1), 10)
    found.runs = {"limit": runs(100, 100, 300), "quota": runs(*quota), "quix": runs(10, 20, 30)}
    found.verdicts = {"quota": [EXACT] * 3, "quix": [EXACT] * 3}
    return found


def test_ratios_are_taken_within_each_round() -> None:
    figures = figures_of([measured()])
    assert figures["quota_over_limit_15"] == 0.5  # of 0.5, 0.6 and 0.3
    assert figures["quota_over_best_peer_15"] == 1.5  # of 2.5, 1.5 and 1.5: peers count warm


def test_how_far_the_rounds_are_apart_is_kept() -> None:
    span = spans_of([measured()])["quota_over_limit_15"]
    assert span == {"min": 0.3, "median": 0.5, "max": 0.6}


def test_what_more_units_cost_is_the_ratio_of_both_worlds() -> None:
    figures = figures_of([measured(), measured(LARGE, (25, 30, 45))])
    assert figures["cost_11000_over_15"] == 2


def test_a_peer_that_lost_a_crossing_is_not_the_best() -> None:
    one = measured()
    one.verdicts["quix"] = [EXACT, LOSING, EXACT]
    assert best_peer(one) is None
    assert "quota_over_best_peer_15" not in figures_of([one])


@pytest.mark.parametrize(("speed", "word"), [(50.0, "missed"), (60.0, "met")])
def test_a_target_is_shown_as_met_or_missed(speed: float, word: str) -> None:
    table = markdown([measured(quota=(speed, speed, speed))])
    high, low = speed / 100, round(speed / 300, 3)
    assert f"| `quota_over_limit_15` | {high:g} | {low:g} | {high:g} | >= 0.55 | {word} |" in table
    assert "| `cost_11000_over_15` | – | – | – | <= 1.5 | – |" in table


def test_the_table_tells_who_missed_crossings_after_a_kill() -> None:
    one = measured()
    one.killed["quix"] = LOSING
    assert "| quix | 10 | 20 | 30 | 40 | 0.100 | exact | 1 missing |" in markdown([one])
