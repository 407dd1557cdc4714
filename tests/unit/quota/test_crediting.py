from datetime import date
from fractions import Fraction

from services.quota.domain.crediting import crediting_by
from tests.unit.quota.builders import ASYLUM, SAFE_HARBOUR, a_rule

DAY = date(2023, 5, 1)


def test_shares_are_counted_in_a_common_denominator() -> None:
    crediting = crediting_by([a_rule("asylum", "1/2"), a_rule("safe-harbour", "2/3")])
    assert crediting.scale == 6
    assert crediting.scaled_share(ASYLUM, DAY) == 3
    assert crediting.scaled_share(SAFE_HARBOUR, DAY) == 4


def test_a_quota_without_rules_credits_nothing() -> None:
    crediting = crediting_by([])
    assert (crediting.scale, crediting.scaled_share(ASYLUM, DAY)) == (1, 0)


def test_a_replaced_rule_does_not_make_the_parts_smaller() -> None:
    assert crediting_by([a_rule(share="1/7"), a_rule(share="1/2")]).scale == 2


def test_the_rule_that_counted_is_named_with_its_source() -> None:
    own, other = a_rule("asylum", "1/2"), a_rule(share=1)
    crediting = crediting_by([own, other])
    assert crediting.rule_on(ASYLUM, DAY) is own
    assert crediting.rule_on(SAFE_HARBOUR, DAY) is other
    assert crediting.rule_on(SAFE_HARBOUR, date(1989, 12, 31)) is None


def test_a_replacement_that_ended_brings_the_replaced_rule_not_back() -> None:
    ended = a_rule("asylum", 0, date(2020, 1, 1), date(2020, 12, 31))
    crediting = crediting_by([a_rule("asylum", 1, date(2020, 1, 1)), ended])
    assert crediting.rule_on(ASYLUM, date(2020, 6, 1)) is ended
    assert crediting.rule_on(ASYLUM, date(2021, 1, 1)) is None


def test_a_later_rule_that_ended_gives_way_to_an_earlier_one() -> None:
    earlier = a_rule("asylum", "1/2", date(2019, 1, 1))
    later = a_rule("asylum", 1, date(2020, 1, 1), date(2020, 12, 31))
    crediting = crediting_by([later, earlier])
    assert crediting.rule_on(ASYLUM, date(2020, 12, 31)) is later
    assert crediting.rule_on(ASYLUM, date(2021, 1, 1)) is earlier
    assert Fraction(crediting.scaled_share(ASYLUM, date(2021, 1, 1)), crediting.scale) == Fraction(
        1, 2
    )
