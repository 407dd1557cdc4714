"""A hot path that costs a quarter more than is stored fails, and noise below that does not."""

import itertools
from statistics import median

import pytest

from benchmarks.check import SITTINGS, ratios_after, ratios_of, regressions, report

STORED = {"count_an_entry": 4.0, "record_a_placement_in_a_batch": 30.0}


@pytest.mark.parametrize(("ratio", "slower"), [(3.0, []), (4.9, []), (5.1, ["count_an_entry"])])
def test_more_than_a_quarter_is_a_regression(ratio: float, slower: list[str]) -> None:
    assert regressions(STORED | {"count_an_entry": ratio}, STORED) == slower


def test_a_path_that_was_not_measured_is_no_pass() -> None:
    assert regressions({"count_an_entry": 4.0}, STORED) == ["record_a_placement_in_a_batch"]


def test_the_report_shows_both_and_how_they_compare() -> None:
    assert "| `count_an_entry` | 5.000 | 4.000 | 1.25 |" in report({"count_an_entry": 5.0}, STORED)


def test_a_neighbour_in_one_round_changes_no_ratio() -> None:
    quiet, busy = {"count_an_entry": 8.0}, {"count_an_entry": 14.0}
    assert ratios_of([quiet, busy, quiet]) == quiet


@pytest.mark.asyncio
async def test_what_seems_slower_is_measured_again_until_it_is_not() -> None:
    turns = iter([16.0, 16.0, 16.0, 8.0, 8.0, 8.0])

    async def round_() -> dict[str, float]:
        return {"count_an_entry": next(turns)}

    assert await ratios_after(round_, 2, {"count_an_entry": 10.0}) == {"count_an_entry": 12.0}
    assert not list(turns)


@pytest.mark.asyncio
@pytest.mark.parametrize("stored", [{"count_an_entry": 8.0}, {}])
async def test_what_is_slower_and_what_is_to_be_stored_take_all_rounds(
    stored: dict[str, float],
) -> None:
    turns = itertools.count(1)

    async def round_() -> dict[str, float]:
        return {"count_an_entry": 100.0 + next(turns)}

    all_of_them = range(1, 2 * SITTINGS + 1)
    assert await ratios_after(round_, 2, stored) == {"count_an_entry": 100.0 + median(all_of_them)}
