"""A reader that loses, repeats or invents a crossing is found."""

import pytest

from benchmarks.comparing import Crossing, Verdict, compare, crossing_in

RIGHT: list[Crossing] = [
    ("01", number, "01-regular", "01001", "on-quota", "over", f"{number}/7")
    for number in range(1, 6)
]


def test_all_crossings_once_are_exact() -> None:
    verdict = compare(RIGHT, reversed(RIGHT), is_whole=True)
    assert verdict.is_exact
    assert str(verdict) == "exact"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (RIGHT[1:], "1 missing"),
        ([*RIGHT, RIGHT[0], RIGHT[0]], "2 repeated"),
        ([*RIGHT, (*RIGHT[0][:6], "1/8")], "1 wrong"),
        ([*RIGHT[1:], (*RIGHT[0][:6], "1/8")], "1 missing, 1 wrong"),
        ([], "5 missing"),
    ],
)
def test_what_is_not_right_is_counted(found: list[Crossing], said: str) -> None:
    verdict = compare(RIGHT, found, is_whole=True)
    assert not verdict.is_exact
    assert str(verdict) == said


def test_a_reader_that_was_stopped_is_compared_as_far_as_it_came() -> None:
    assert compare(RIGHT, RIGHT[:3], is_whole=False) == Verdict(2, 0, 0, 0)
    assert compare(RIGHT, [RIGHT[0], RIGHT[2]], is_whole=False) == Verdict(2, 1, 0, 0)


def test_a_reader_without_any_crossing_is_not_exact() -> None:
    assert not compare(RIGHT, [], is_whole=False).is_exact


def test_an_event_of_ours_and_a_bare_document_are_the_same_crossing() -> None:
    bare = {
        "land": "01", "ledger_sequence": 4, "quota": "01-regular", "unit": "01001",
        "before": "on-quota", "after": "over", "balance": {"exact": "4/7"},
    }  # fmt: skip
    assert crossing_in(bare) == crossing_in({"id": "01:1", "data": bare}) == RIGHT[3]
