"""A hot path that costs a quarter more than is stored fails, and noise below that does not."""

import pytest

from benchmarks.check import ratios_of, regressions, report

STORED = {"count_an_entry": 4.0, "record_a_placement_in_a_batch": 30.0}


@pytest.mark.parametrize(("ratio", "slower"), [(3.0, []), (4.9, []), (5.1, ["count_an_entry"])])
def test_more_than_a_quarter_is_a_regression(ratio: float, slower: list[str]) -> None:
    assert regressions(STORED | {"count_an_entry": ratio}, STORED) == slower


def test_a_path_that_was_not_measured_is_no_pass() -> None:
    assert regressions({"count_an_entry": 4.0}, STORED) == ["record_a_placement_in_a_batch"]


def test_the_report_shows_both_and_how_they_compare() -> None:
    assert "| `count_an_entry` | 5.000 | 4.000 | 1.25 |" in report({"count_an_entry": 5.0}, STORED)


def test_a_neighbour_in_one_round_changes_no_ratio() -> None:
    quiet = {"loop": 1.0, "count_an_entry": 8.0}
    busy = {"loop": 1.5, "count_an_entry": 14.0}
    assert ratios_of([busy, quiet, busy]) == {"count_an_entry": 8.0}
