from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from services.quota.domain.balances import Balance, board, board_valid_on, shares_on
from services.quota.domain.counts import BooksDoNotBalance, Counts
from services.quota.domain.definitions import fold
from shared.codes import FIRST_DAY, Standing
from tests.unit.quota.builders import (
    ALLIANCE,
    FLENSBURG,
    KIEL,
    SAFE_HARBOUR,
    a_key,
    a_period,
    a_rule,
    a_term,
    a_tolerance,
    definitions,
)

DAY = date(2023, 5, 1)
LEFT = date(2022, 12, 31)
RULES = fold(
    definitions(
        a_term(), a_term(KIEL, ends=LEFT), a_rule(share="1/2"), a_key({FLENSBURG: 1, KIEL: 3})
    )
)
COUNTS = Counts(2, {FLENSBURG: 6, KIEL: 2}, {FIRST_DAY: 8}, {FLENSBURG: Standing.OVER})


def numbers_of(balance: Balance) -> tuple[object, ...]:
    return balance.credited, balance.target, balance.standing


def test_a_board_lists_every_unit_by_code_and_sums_to_zero() -> None:
    seen = board(RULES, COUNTS, LEFT)
    assert seen.total == 4
    assert seen.units == [
        Balance(FLENSBURG, Fraction(1, 4), Fraction(3), Fraction(1), Fraction(2), Standing.OVER),
        Balance(KIEL, Fraction(3, 4), Fraction(1), Fraction(3), Fraction(-2), Standing.ON_QUOTA),
    ]


def test_who_left_stays_listed_with_share_0_and_what_it_had() -> None:
    flensburg, kiel = board(RULES, COUNTS, DAY).units
    assert flensburg.share == 1
    assert kiel == Balance(
        KIEL, Fraction(0), Fraction(1), Fraction(3), Fraction(-2), Standing.ON_QUOTA
    )


def test_units_and_stretches_without_counts_have_none() -> None:
    seen = board(RULES, Counts(2, {}, {}, {}), DAY)
    assert seen.total == 0
    assert [numbers_of(each) for each in seen.units] == [(0, 0, Standing.ON_QUOTA)] * 2


def test_books_that_do_not_balance_are_not_shown() -> None:
    wrong = replace(COUNTS, credited={FLENSBURG: 6, KIEL: 3})
    with pytest.raises(BooksDoNotBalance, match="sh-alliance: credited 9/2, shared out 4") as found:
        board(RULES, wrong, DAY)
    assert found.value.quota == ALLIANCE


def test_shares_of_a_day_without_members_are_none() -> None:
    assert shares_on(RULES, date(1989, 12, 31)) == {}
    assert shares_on(fold(definitions(a_term(), a_key({KIEL: 1}))), DAY) == {}


def test_a_member_without_weight_has_no_share() -> None:
    log = definitions(a_term(), a_term(KIEL), a_key({KIEL: 1}))
    assert shares_on(fold(log), DAY) == {KIEL: 1}


def test_a_board_of_a_day_counts_up_to_it_in_its_period() -> None:
    log = definitions(a_term(), a_term(KIEL), a_rule(), a_key({FLENSBURG: 1, KIEL: 1}), a_period())
    daily = {
        (FLENSBURG, SAFE_HARBOUR, date(2021, 12, 31)): 1,
        (FLENSBURG, SAFE_HARBOUR, date(2022, 1, 1)): 2,
        (KIEL, SAFE_HARBOUR, date(2022, 5, 1)): 6,
        (KIEL, SAFE_HARBOUR, date(2022, 5, 2)): 8,
    }
    seen = board_valid_on(fold(log), daily, date(2022, 5, 1))
    assert [numbers_of(each) for each in seen.units] == [
        (2, 4, Standing.UNDER),
        (6, 4, Standing.OVER),
    ]
    assert seen.total == 8


def test_a_board_of_a_day_ignores_the_release() -> None:
    log = definitions(
        a_term(),
        a_term(KIEL),
        a_rule(),
        a_key({FLENSBURG: 1, KIEL: 1}),
        a_tolerance(2, release=0),
    )
    seen = board_valid_on(fold(log), {(FLENSBURG, SAFE_HARBOUR, DAY): 2}, DAY)
    assert [each.standing for each in seen.units] == [Standing.ON_QUOTA] * 2
