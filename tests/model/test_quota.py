"""Targets and balances by hand: keys, members, rules and periods that change with the days."""

from fractions import Fraction
from typing import Any

import pytest

from tests.model.builders import (
    FLENSBURG,
    KIEL,
    LUEBECK,
    Definitions,
    alliance,
    posting,
    recorded,
)
from tests.model.crossings import Model, replay
from tests.model.definitions import Definition

A, B, C = "01051", "01053", "01054"


def two_halves(make: Definitions) -> list[Definition]:
    """A and B with equal weights."""
    key = make.key("2020-01-01", {A: "1", B: "1"})
    return [key, make.member(A), make.member(B), make.rule("*", "1")]


def balances(model: Model, quota: str = "sh-alliance") -> dict[str, Fraction]:
    return {unit: sums.balance for unit, sums in model.sums(quota).items()}


def test_eighteen_people_leave_each_city_within_one_person_of_its_target() -> None:
    entries = recorded(posting(FLENSBURG, 3), posting(KIEL, 8), posting(LUEBECK, 7))
    sums = replay(entries, alliance()).sums("sh-alliance")
    people = 90164 + 246794 + 216530
    assert sums[FLENSBURG].target == Fraction(18 * 90164, people)
    assert {unit: one.credited for unit, one in sums.items()} == {
        FLENSBURG: 3,
        KIEL: 8,
        LUEBECK: 7,
    }
    assert all(abs(one.balance) < 1 for one in sums.values())
    assert sum(one.balance for one in sums.values()) == 0


def test_one_citys_people_move_every_target() -> None:
    model = replay(recorded(posting(A, 3)), two_halves(Definitions()))
    assert balances(model) == {A: Fraction(3, 2), B: Fraction(-3, 2)}


def test_a_programme_without_a_rule_is_not_credited() -> None:
    make = Definitions()
    *defined, _ = two_halves(make)
    defined.append(make.rule("safe-harbour", "1/2"))
    entries = recorded(posting(A, 3, programme="asylum"), posting(A, 3))
    assert balances(replay(entries, defined)) == {A: Fraction(3, 4), B: Fraction(-3, 4)}


def test_the_exact_programme_wins_over_the_star_and_the_later_rule_over_the_earlier() -> None:
    make = Definitions()
    halves = two_halves(make)
    none = make.rule("asylum", "0")
    quarter = make.rule("asylum", "1/4", since="2022-01-01", to="2022-12-31")
    defined = [*halves, none, quarter]
    days = ["2021-12-31", "2022-01-01", "2022-12-31", "2023-01-01"]
    entries = recorded(*(posting(A, 8, day, programme="asylum") for day in days))
    assert replay(entries, defined).sums("sh-alliance")[A].credited == 2 + 2


def test_a_rule_with_the_same_beginning_replaces_the_earlier_one() -> None:
    make = Definitions()
    defined = [*two_halves(make), make.rule("*", "1/2", to="2022-12-31")]
    entries = recorded(posting(A, 4, "2022-12-31"), posting(A, 4, "2023-01-01"))
    assert replay(entries, defined).sums("sh-alliance")[A].credited == 2


def test_a_unit_neither_gets_credit_nor_owes_outside_its_membership() -> None:
    make = Definitions()
    key = make.key("2020-01-01", {A: "1", B: "1", C: "2"})
    late = make.member(C, since="2023-01-01", to="2023-06-30")
    defined = [key, late, make.member(A), make.member(B), make.rule("*", "1")]
    entries = recorded(
        posting(A, 4, "2022-12-31"),
        posting(C, 8, "2022-12-31"),
        posting(A, 4, "2023-06-30"),
        posting(B, 2, "2023-07-01"),
    )
    assert balances(replay(entries, defined)) == {A: 8 - 2 - 1 - 1, B: 2 - 2 - 1 - 1, C: -2}


def test_a_term_that_ends_before_it_begins_cancels_the_one_with_the_same_beginning() -> None:
    make = Definitions()
    defined = [*two_halves(make), make.member(B, to="1989-12-31")]
    assert balances(replay(recorded(posting(A, 5)), defined)) == {A: 0, B: 0}


def test_terms_of_one_unit_are_united() -> None:
    make = Definitions()
    key = make.key("2020-01-01", {A: "1", B: "1"})
    earlier = make.member(B, to="2023-03-31")
    later = make.member(B, since="2023-02-01", to="2023-04-30")
    defined = [key, earlier, later, make.member(A), make.rule("*", "1")]
    entries = recorded(posting(A, 2, "2023-04-30"), posting(A, 2, "2023-05-01"))
    assert balances(replay(entries, defined)) == {A: 1, B: -1}


def test_each_day_uses_the_key_valid_on_it_and_days_before_the_first_use_the_first() -> None:
    make = Definitions()
    defined = [*two_halves(make), make.key("2023-01-01", {A: "1", B: "3"})]
    days = ["2019-06-01", "2022-12-31", "2023-01-01"]
    entries = recorded(*(posting(A, 4, day) for day in days))
    assert replay(entries, defined).sums("sh-alliance")[B].target == 2 + 2 + 3


def test_a_back_dated_key_restates_the_days_from_its_beginning() -> None:
    make = Definitions()
    defined = [*two_halves(make), make.key("2023-01-01", {A: "1", B: "3"}, after=2)]
    entries = recorded(posting(A, 4, "2022-12-31"), posting(A, 4, "2023-01-01"))
    assert balances(replay(entries, defined)) == {A: 8 - 2 - 1, B: -2 - 3}


def test_of_keys_with_one_beginning_the_last_recorded_counts() -> None:
    make = Definitions()
    defined = [*two_halves(make), make.key("2020-01-01", {A: "3", B: "1"})]
    assert balances(replay(recorded(posting(A, 4)), defined)) == {A: 1, B: -1}


@pytest.mark.parametrize(
    ("period", "credited"),
    [
        ({"period": "year", "carry_over": False, "from": "2023-01-01"}, 2 + 4),
        ({"period": "year", "carry_over": True, "from": "2023-01-01"}, 1 + 2 + 4),
        ({"period": "half-year", "carry_over": False, "from": "2023-07-01"}, 4),
        ({"period": "half-year", "carry_over": True, "from": "2023-01-01"}, 1 + 2),
        ({"period": "continuous", "carry_over": False, "from": None}, 1 + 2 + 4 + 8),
    ],
)
def test_a_period_counts_its_own_days_or_carries_the_earlier_ones_over(
    period: dict[str, Any], credited: int
) -> None:
    make = Definitions()
    defined = two_halves(make)
    turn = make.make("period", period)
    days = {"2022-12-31": 1, "2023-06-30": 2, "2023-07-01": 4, "2024-01-01": 8}
    entries = recorded(*(posting(A, persons, day) for day, persons in days.items()))
    model = replay(entries, [*defined, turn])
    assert model.sums("sh-alliance")[A].credited == credited


def test_a_closed_quota_counts_nothing_after_its_last_day() -> None:
    make = Definitions()
    defined = [*two_halves(make), make.make("closure", {"closed_on": "2023-05-01"})]
    entries = recorded(posting(A, 2, "2023-05-01"), posting(A, 4, "2023-05-02"))
    model = replay(entries, defined)
    assert balances(model) == {A: 1, B: -1}
    assert model.crossings == []


def test_without_a_key_nobody_has_a_share_so_nothing_counts() -> None:
    make = Definitions()
    keyless = [make.member(A), make.member(B), make.rule("*", "1")]
    entries = recorded(posting(A, 4))
    assert balances(replay(entries, keyless)) == {A: 0, B: 0}
    key = make.key("2020-01-01", {A: "1", B: "1"}, after=1)
    model = replay(entries, [*keyless, key])
    assert balances(model) == {A: 2, B: -2}
    assert {crossing.cause for crossing in model.crossings} == {"new-key"}
