from datetime import date
from fractions import Fraction

from services.quota.domain.balances import counted_until
from services.quota.domain.counts import Counts
from services.quota.domain.definitions import QuotaRules, fold
from services.quota.domain.explanation import CreditedBy, credited_by, stretch_shares
from services.quota.domain.plan import plan_of
from tests.unit.quota.builders import (
    ASYLUM,
    FLENSBURG,
    KIEL,
    SAFE_HARBOUR,
    a_key,
    a_rule,
    a_term,
    definitions,
)

NEW_YEAR, LEFT = date(2022, 1, 1), date(2022, 12, 31)
ANY, HALF = a_rule(), a_rule("asylum", "1/2", NEW_YEAR)
OLD, NEW = a_key({FLENSBURG: 1, KIEL: 1}), a_key({FLENSBURG: 1, KIEL: 3}, NEW_YEAR)
DAILY = {
    (FLENSBURG, ASYLUM, date(2021, 5, 1)): 4,
    (FLENSBURG, ASYLUM, date(2022, 5, 1)): 6,
    (FLENSBURG, ASYLUM, date(2022, 6, 1)): 2,
    (FLENSBURG, SAFE_HARBOUR, date(2022, 5, 1)): 1,
    (KIEL, SAFE_HARBOUR, date(2022, 5, 1)): 3,
    (KIEL, SAFE_HARBOUR, date(2023, 5, 1)): 7,
    (FLENSBURG, SAFE_HARBOUR, date(2023, 5, 1)): 9,
}


def rules() -> QuotaRules:
    """Kiel left at the end of 2022; asylum counts half from 2022 on."""
    return fold(definitions(a_term(), a_term(KIEL, ends=LEFT), ANY, HALF, OLD, NEW))


def test_credits_are_named_by_programme_and_rule() -> None:
    assert credited_by(plan_of(rules()), DAILY, FLENSBURG) == [
        CreditedBy(ASYLUM, 4, ANY, Fraction(4)),
        CreditedBy(ASYLUM, 8, HALF, Fraction(4)),
        CreditedBy(SAFE_HARBOUR, 10, ANY, Fraction(10)),
    ]


def test_days_on_which_a_unit_is_no_member_explain_nothing() -> None:
    assert credited_by(plan_of(rules()), DAILY, KIEL) == [
        CreditedBy(SAFE_HARBOUR, 3, ANY, Fraction(3))
    ]


def test_a_programme_without_a_rule_explains_nothing() -> None:
    without = fold(definitions(a_term(), HALF, OLD))
    assert credited_by(plan_of(without), DAILY, FLENSBURG) == [
        CreditedBy(ASYLUM, 8, HALF, Fraction(4))
    ]


def test_targets_are_named_by_stretch_and_add_up() -> None:
    plan, counts = counted_until(rules(), DAILY, date(2023, 12, 31))
    seen = stretch_shares(plan, counts, FLENSBURG)
    found = [(each.key.id, str(each.share), each.total, each.target) for each in seen]
    assert found == [
        (OLD.id, "1/2", Fraction(4), Fraction(2)),
        (NEW.id, "1/4", Fraction(8), Fraction(2)),
        (NEW.id, "1", Fraction(9), Fraction(9)),
    ]
    assert [(each.starts, each.ends) for each in seen][1:] == [
        (NEW_YEAR, LEFT),
        (date(2023, 1, 1), date(2023, 12, 31)),
    ]


def test_a_stretch_in_which_a_unit_is_no_member_asks_nothing_of_it() -> None:
    plan, counts = counted_until(rules(), DAILY, date(2023, 12, 31))
    assert [each.target for each in stretch_shares(plan, counts, KIEL)] == [2, 6, 0]


def test_a_stretch_without_credits_is_named_too() -> None:
    seen = stretch_shares(plan_of(rules()), Counts(2, {}, {}, {}), KIEL)
    assert [each.total for each in seen] == [0, 0, 0]
