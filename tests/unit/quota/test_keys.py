from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from services.quota.domain.definitions import KeyKind, KeyWarning, fold
from services.quota.domain.keys import (
    SumMisses100,
    UnitUnknown,
    WeightMalformed,
    WeightMissing,
    WeightNotPositive,
    check_key,
    missing_in_keys,
    missing_weights,
)
from shared.codes import Ags
from tests.unit.quota.builders import (
    FLENSBURG,
    KIEL,
    LUEBECK,
    a_closure,
    a_key,
    a_term,
    definitions,
)

OF_THE_LAND = [FLENSBURG, KIEL, LUEBECK]
NEUMUENSTER = Ags("01004")
MEMBERS = fold(definitions(a_term(), a_term(KIEL)))
NEW_YEAR = date(2022, 1, 1)


def test_a_key_takes_its_weights_from_the_texts_exactly() -> None:
    printed = {FLENSBURG: "0.100001", KIEL: "7.50"}
    checked = check_key(a_key({}), printed, MEMBERS, OF_THE_LAND)
    assert checked.refusals == []
    exact = a_key({FLENSBURG: "100001/1000000", KIEL: "15/2"})
    assert checked.key == replace(exact, printed=printed)


def test_every_reason_against_a_key_is_named_at_once() -> None:
    texts = {LUEBECK: "0", NEUMUENSTER: "x", FLENSBURG: "0.0"}
    checked = check_key(a_key({}, key_id="2023"), texts, MEMBERS, OF_THE_LAND)
    assert checked.refusals == [
        WeightMalformed(NEUMUENSTER, "x"),
        UnitUnknown(NEUMUENSTER),
        WeightNotPositive(FLENSBURG),
        WeightNotPositive(LUEBECK),
        WeightMissing(KIEL, "2023"),
    ]


@pytest.mark.parametrize(
    "text", ["", "-1", "1.", ".5", "1.1234567", "1234567890123", "1e3", " 1", "1\n", "²", "1/2"]
)
def test_what_is_no_weight_is_malformed(text: str) -> None:
    checked = check_key(a_key({}), {FLENSBURG: text, KIEL: "1"}, MEMBERS, OF_THE_LAND)
    assert checked.refusals == [WeightMalformed(FLENSBURG, text)]
    assert FLENSBURG not in checked.key.weights


@pytest.mark.parametrize("text", ["1", "123456789012", "0.000001", "1.10"])
def test_up_to_12_digits_and_6_decimals_are_a_weight(text: str) -> None:
    checked = check_key(a_key({}), {FLENSBURG: text, KIEL: "1"}, MEMBERS, OF_THE_LAND)
    assert checked.refusals == []
    assert checked.key.weights[FLENSBURG] == Fraction(text)


def test_a_member_of_a_day_before_the_first_key_needs_a_weight_in_it() -> None:
    rules = fold(definitions(a_term(ends=date(2000, 1, 1)), a_term(KIEL)))
    first = a_key({KIEL: 1}, NEW_YEAR, "first")
    assert missing_weights(first, rules) == [WeightMissing(FLENSBURG, "first")]


def test_a_later_key_need_not_name_who_left_before_it() -> None:
    rules = fold(definitions(a_term(ends=date(2021, 12, 31)), a_term(KIEL), a_key()))
    assert missing_weights(a_key({KIEL: 1}, NEW_YEAR), rules) == []
    day_before = a_key({KIEL: 1}, date(2021, 12, 31), "early")
    assert missing_weights(day_before, rules) == [WeightMissing(FLENSBURG, "early")]


def test_a_key_need_not_name_who_joins_when_the_next_one_holds() -> None:
    log = definitions(a_term(), a_term(KIEL, NEW_YEAR), a_key(valid_from=NEW_YEAR))
    assert missing_weights(a_key({FLENSBURG: 1}, date(2021, 1, 1)), fold(log)) == []


def test_missing_weights_are_sorted_by_unit_and_named_once() -> None:
    rules = fold(definitions(a_term(KIEL), a_term(), a_term(LUEBECK, NEW_YEAR)))
    assert missing_weights(a_key({}, key_id="k"), rules) == [
        WeightMissing(FLENSBURG, "k"),
        WeightMissing(KIEL, "k"),
        WeightMissing(LUEBECK, "k"),
    ]


def test_a_unit_joins_only_with_a_weight_in_the_keys_of_its_days() -> None:
    keys = [
        a_key({FLENSBURG: 1, LUEBECK: 1}, date(2019, 1, 1), "2019"),
        a_key({FLENSBURG: 1}, date(2020, 1, 1), "2020"),
        a_key({FLENSBURG: 1, KIEL: 1}, date(2021, 1, 1), "2021"),
    ]
    rules = fold(definitions(a_term(), *keys))
    missing = [WeightMissing(KIEL, "2019"), WeightMissing(KIEL, "2020")]
    assert missing_in_keys(a_term(KIEL), rules) == missing
    assert missing_in_keys(a_term(KIEL, date(2020, 12, 31)), rules) == missing[1:]
    assert missing_in_keys(a_term(KIEL, date(2021, 1, 1)), rules) == []


def test_a_cancelled_term_needs_no_weight() -> None:
    rules = fold(definitions(a_key({FLENSBURG: 1})))
    assert missing_in_keys(a_term(KIEL, NEW_YEAR, date(2021, 1, 1)), rules) == []


def test_others_without_a_weight_do_not_keep_a_unit_out() -> None:
    rules = fold(definitions(a_term(LUEBECK), a_key({KIEL: 1})))
    assert missing_in_keys(a_term(KIEL), rules) == []


def test_a_closure_makes_no_exception() -> None:
    rules = fold(definitions(a_term(), a_term(KIEL, NEW_YEAR), a_closure(date(2021, 1, 1))))
    assert missing_weights(a_key({FLENSBURG: 1}, key_id="k"), rules) == [WeightMissing(KIEL, "k")]


def percent(texts: dict[Ags, str], accepted_sum: str | None = None) -> object:
    proposed = replace(a_key({}, kind=KeyKind.PERCENT), accepted_sum=accepted_sum)
    checked = check_key(proposed, texts, fold(definitions()), OF_THE_LAND)
    return checked.key.warnings, checked.refusals


def test_a_rounded_sum_is_recorded_with_a_warning_as_it_was_printed() -> None:
    texts = {FLENSBURG: "33.3", KIEL: "33.3", LUEBECK: "33.30"}
    assert percent({**texts, LUEBECK: "33.3"}) == ((KeyWarning("sum-is-rounded", "99.9"),), [])
    missed = SumMisses100(Fraction("99.9"), Fraction(3, 200))
    assert percent(texts) == ((), [missed])


def test_a_sum_that_was_accepted_in_words_is_recorded_with_that_warning() -> None:
    texts = {FLENSBURG: "40", KIEL: "40"}
    assert percent(texts, "two of three") == ((KeyWarning("sum-was-accepted", "80"),), [])
    assert percent(texts) == ((), [SumMisses100(Fraction(80), Fraction(1))])
    assert percent(texts, "") == ((), [SumMisses100(Fraction(80), Fraction(1))])


def test_words_are_not_needed_where_rounding_explains_the_sum() -> None:
    texts = {FLENSBURG: "50", KIEL: "49"}
    assert percent(texts, "rounded") == ((KeyWarning("sum-is-rounded", "99"),), [])


def test_an_exact_sum_needs_no_warning() -> None:
    assert percent({FLENSBURG: "50.5", KIEL: "49.5"}, "no need") == ((), [])


def test_an_empty_percent_key_misses_100() -> None:
    assert percent({}) == ((), [SumMisses100(Fraction(0), Fraction(0))])


def test_a_sum_is_not_judged_while_a_number_of_it_is_malformed() -> None:
    assert percent({FLENSBURG: "x", KIEL: "1"}) == ((), [WeightMalformed(FLENSBURG, "x")])


def test_population_figures_have_no_sum_to_miss() -> None:
    checked = check_key(a_key({}), {FLENSBURG: "1", KIEL: "1"}, MEMBERS, OF_THE_LAND)
    assert (checked.refusals, checked.key.warnings) == ([], ())


def test_a_sum_is_named_beside_the_other_reasons() -> None:
    missed = SumMisses100(Fraction(80), Fraction(1))
    assert percent({FLENSBURG: "40", NEUMUENSTER: "40"}) == (
        (),
        [UnitUnknown(NEUMUENSTER), missed],
    )


def test_warnings_are_found_and_never_proposed() -> None:
    proposed = replace(a_key({}), warnings=(KeyWarning("sum-is-rounded", "99.9"),))
    checked = check_key(proposed, {FLENSBURG: "1", KIEL: "1"}, MEMBERS, OF_THE_LAND)
    assert checked.key.warnings == ()
