from datetime import date

from services.quota.domain.definitions import (
    DEFAULT_TOLERANCE,
    Period,
    PeriodTurned,
    fold,
)
from shared.codes import FIRST_DAY
from tests.unit.quota.builders import (
    ALLIANCE,
    FLENSBURG,
    KIEL,
    SH,
    SOURCE,
    a_closure,
    a_key,
    a_period,
    a_rule,
    a_term,
    a_tolerance,
    an_opening,
    definitions,
)


def test_an_opened_quota_has_a_name_and_no_members_rules_or_keys() -> None:
    rules = fold(definitions())
    assert (rules.land, rules.quota) == (SH, ALLIANCE)
    assert (rules.name, rules.source) == ("Städte Sicherer Häfen", SOURCE)
    assert (rules.terms, rules.rules, rules.keys, rules.closed_on) == ((), (), (), None)


def test_an_opened_quota_is_continuous_with_a_tolerance_of_one_person() -> None:
    rules = fold(definitions())
    assert rules.tolerance == DEFAULT_TOLERANCE
    assert rules.tolerance == a_tolerance(1, source=DEFAULT_TOLERANCE.source)
    assert (rules.period.period, rules.period.carry_over) == (Period.CONTINUOUS, True)
    assert rules.period.starts == FIRST_DAY


def test_everything_stays_listed_in_the_order_of_its_recording() -> None:
    term, rule, key = a_term(), a_rule(), a_key()
    shorter, nothing, newer = a_term(ends=FIRST_DAY), a_rule(share=0), a_key(key_id="newer")
    rules = fold(definitions(term, rule, key, shorter, nothing, newer))
    assert rules.terms == (term, shorter)
    assert rules.rules == (rule, nothing)
    assert rules.keys == (key, newer)
    listed = [an_opening(), term, rule, key, shorter, nothing, newer]
    assert [each.change for each in rules.log] == listed


def test_the_last_tolerance_replaces_the_whole() -> None:
    rules = fold(definitions(a_tolerance(2, percent=10, release=1), a_tolerance(3)))
    assert rules.tolerance == a_tolerance(3)


def test_a_turn_moves_the_first_day_of_the_period_in_force() -> None:
    turned = PeriodTurned(date(2024, 1, 1))
    rules = fold(definitions(a_period(starts=date(2023, 1, 1)), turned))
    assert rules.period == a_period(starts=date(2024, 1, 1))


def test_a_period_posted_after_a_turn_is_in_force() -> None:
    posted = a_period(Period.HALF_YEAR, date(2024, 7, 1), carry_over=True)
    rules = fold(definitions(a_period(), PeriodTurned(date(2024, 1, 1)), posted))
    assert rules.period == posted


def test_a_closure_has_a_day() -> None:
    assert fold(definitions(a_closure(date(2023, 12, 31)))).closed_on == date(2023, 12, 31)


def test_every_unit_ever_named_is_listed_once_by_code() -> None:
    changes = [a_term(KIEL), a_term(FLENSBURG), a_term(KIEL, ends=date(1989, 1, 1))]
    assert fold(definitions(*changes)).units() == [FLENSBURG, KIEL]
