from datetime import date, timedelta
from fractions import Fraction

import pytest

from services.quota.domain.definitions import Change, Period, fold
from services.quota.domain.stretches import (
    Window,
    counted_days,
    parts_of,
    period_holding,
    span_on,
    spans,
    stretches_in,
)
from shared.codes import FIRST_DAY
from tests.unit.quota.builders import (
    FLENSBURG,
    KIEL,
    LUEBECK,
    a_closure,
    a_key,
    a_period,
    a_term,
    definitions,
    some_rules,
)

NEW_YEAR = date(2022, 1, 1)
EVE = date(2021, 12, 31)
ALWAYS = Window()


def runs(*changes: Change) -> list[tuple[date, date, str, list[str]]]:
    held = spans(fold(definitions(*changes)))
    return [(span.first, span.last, span.key.id, sorted(span.members)) for span in held]


def test_one_key_and_one_member_make_one_run_of_days() -> None:
    assert runs(a_term(), a_key(key_id="k")) == [(FIRST_DAY, date.max, "k", [FLENSBURG])]


def test_a_key_parts_the_days_on_its_first_day() -> None:
    found = runs(a_term(), a_key(key_id="old"), a_key(valid_from=NEW_YEAR, key_id="new"))
    assert found == [
        (FIRST_DAY, EVE, "old", [FLENSBURG]),
        (NEW_YEAR, date.max, "new", [FLENSBURG]),
    ]


def test_keys_hold_by_their_first_day_in_whatever_order_they_were_recorded() -> None:
    early, late = a_key(key_id="early"), a_key(valid_from=NEW_YEAR, key_id="late")
    assert runs(a_term(), late, early) == runs(a_term(), early, late)


def test_joining_and_leaving_part_the_days() -> None:
    found = runs(a_term(), a_term(KIEL, NEW_YEAR, date(2022, 6, 30)), a_key(key_id="k"))
    assert found == [
        (FIRST_DAY, EVE, "k", [FLENSBURG]),
        (NEW_YEAR, date(2022, 6, 30), "k", [FLENSBURG, KIEL]),
        (date(2022, 7, 1), date.max, "k", [FLENSBURG]),
    ]


def test_days_without_members_are_no_run() -> None:
    found = runs(a_term(ends=EVE), a_term(KIEL, date(2022, 7, 1)), a_key(key_id="k"))
    assert [(first, last) for first, last, *_ in found] == [
        (FIRST_DAY, EVE),
        (date(2022, 7, 1), date.max),
    ]


def test_terms_that_follow_each_other_do_not_part_the_days() -> None:
    found = runs(a_term(ends=EVE), a_term(starts=NEW_YEAR), a_key(key_id="k"))
    assert found == [(FIRST_DAY, date.max, "k", [FLENSBURG])]


def test_the_last_of_terms_that_follow_each_other_ends_the_membership() -> None:
    ends = date(2022, 6, 30)
    found = runs(a_term(ends=EVE), a_term(starts=NEW_YEAR, ends=ends), a_key(key_id="k"))
    assert found == [(FIRST_DAY, ends, "k", [FLENSBURG])]


def test_terms_that_overlap_are_united() -> None:
    ends = date(2022, 6, 30)
    found = runs(a_term(ends=EVE), a_term(starts=date(2021, 6, 1), ends=ends), a_key(key_id="k"))
    assert found == [(FIRST_DAY, ends, "k", [FLENSBURG])]


def test_a_term_of_one_day_makes_a_run_of_one_day() -> None:
    found = runs(a_term(starts=EVE, ends=EVE), a_key(key_id="k"))
    assert found == [(EVE, EVE, "k", [FLENSBURG])]


def test_a_term_to_the_end_of_time_is_open() -> None:
    assert runs(a_term(ends=date.max), a_key(key_id="k"))[-1][1] == date.max


def test_without_a_key_or_without_members_there_is_no_run() -> None:
    assert runs(a_term()) == []
    assert runs(a_key()) == []


def test_the_run_that_holds_a_day_is_found_on_its_first_and_last_day() -> None:
    rules = fold(definitions(a_term(starts=EVE, ends=NEW_YEAR), a_key()))
    held = span_on(rules, EVE)
    assert held is not None
    assert held == span_on(rules, NEW_YEAR)
    assert span_on(rules, EVE - timedelta(1)) is None
    assert span_on(rules, NEW_YEAR + timedelta(1)) is None


def test_weights_of_a_stretch_are_the_smallest_whole_numbers() -> None:
    rules = fold(definitions(a_term(), a_term(KIEL), a_key({FLENSBURG: "0.4", KIEL: "1.2"})))
    (stretch,) = stretches_in(rules, ALWAYS)
    assert (stretch.weights, stretch.whole) == ({FLENSBURG: 1, KIEL: 3}, 4)


def test_a_unit_that_is_no_member_sleeps_in_the_key() -> None:
    rules = fold(definitions(a_term(), a_key({FLENSBURG: 1, KIEL: 3})))
    (stretch,) = stretches_in(rules, ALWAYS)
    assert stretch.weights == {FLENSBURG: 1}


def test_a_member_that_the_key_misses_weighs_nothing() -> None:
    rules = fold(definitions(a_term(), a_term(KIEL), a_key({KIEL: 3})))
    (stretch,) = stretches_in(rules, ALWAYS)
    assert (stretch.weights, stretch.whole) == ({FLENSBURG: 0, KIEL: 1}, 1)


def test_days_on_which_nobody_has_a_weight_are_no_stretch() -> None:
    rules = fold(definitions(a_term(), a_key({KIEL: 3})))
    assert stretches_in(rules, ALWAYS) == []


def test_stretches_are_cut_to_the_days_that_count() -> None:
    rules = some_rules(a_key(valid_from=NEW_YEAR, key_id="new"))
    cut = stretches_in(rules, Window(date(2021, 6, 1), date(2022, 5, 31)))
    assert [(each.starts, each.ends) for each in cut] == [
        (date(2021, 6, 1), EVE),
        (NEW_YEAR, date(2022, 5, 31)),
    ]


def test_a_stretch_of_one_counted_day_is_kept_and_one_of_none_is_not() -> None:
    rules = some_rules(a_key(valid_from=NEW_YEAR, key_id="new"))
    assert [each.key.id for each in stretches_in(rules, Window(EVE, NEW_YEAR))] == [
        "key of 2019-12-31",
        "new",
    ]
    assert [each.key.id for each in stretches_in(rules, Window(NEW_YEAR, NEW_YEAR))] == ["new"]
    assert stretches_in(rules, Window(NEW_YEAR, EVE)) == []


def test_all_shares_have_one_denominator() -> None:
    weights = a_key({FLENSBURG: 1, KIEL: 3}), a_key({FLENSBURG: 2, KIEL: 4}, NEW_YEAR)
    stretches = stretches_in(fold(definitions(a_term(), a_term(KIEL), *weights)), ALWAYS)
    whole, parts = parts_of(stretches)
    assert whole == 12
    assert parts == {FLENSBURG: (3, 4), KIEL: (9, 8)}


def test_who_is_no_member_has_no_part_of_the_stretch() -> None:
    log = definitions(a_term(), a_term(KIEL, NEW_YEAR), a_key({FLENSBURG: 1, KIEL: 3}))
    assert parts_of(stretches_in(fold(log), ALWAYS)) == (4, {FLENSBURG: (4, 1), KIEL: (0, 3)})


def test_without_stretches_nobody_has_a_part() -> None:
    assert parts_of([]) == (1, {})


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        (Period.CONTINUOUS, date(2023, 5, 1), date.min, date.max),
        (Period.YEAR, date(2023, 12, 31), date(2023, 1, 1), date(2023, 12, 31)),
        (Period.HALF_YEAR, date(2023, 1, 1), date(2023, 1, 1), date(2023, 6, 30)),
        (Period.HALF_YEAR, date(2023, 6, 30), date(2023, 1, 1), date(2023, 6, 30)),
        (Period.HALF_YEAR, date(2023, 7, 1), date(2023, 7, 1), date(2023, 12, 31)),
        (Period.HALF_YEAR, date(2023, 12, 31), date(2023, 7, 1), date(2023, 12, 31)),
    ],
)
def test_a_period_holds_its_first_and_last_day(
    period: Period, day: date, first: date, last: date
) -> None:
    assert period_holding(period, day) == Window(first, last)


def test_a_closure_never_adds_days() -> None:
    rules = some_rules(a_period(starts=date(2023, 1, 1)), a_closure(date(2030, 1, 1)))
    assert counted_days(rules) == Window(date(2023, 1, 1), date(2023, 12, 31))


def test_shares_of_a_stretch_sum_to_one() -> None:
    (stretch,) = stretches_in(some_rules(), ALWAYS)
    shares = [Fraction(weight, stretch.whole) for weight in stretch.weights.values()]
    assert sum(shares) == 1
    assert list(stretch.weights) == [FLENSBURG, KIEL, LUEBECK]
