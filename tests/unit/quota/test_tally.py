from datetime import date
from fractions import Fraction

import pytest

from services.quota.domain.counts import BooksDoNotBalance, Counts
from services.quota.domain.definitions import Change, fold
from services.quota.domain.plan import plan_of
from services.quota.domain.tally import QuotaTally, tally_of
from shared.codes import FIRST_DAY, Ags, Standing
from tests.unit.quota.builders import (
    ALLIANCE,
    ASYLUM,
    FLENSBURG,
    KIEL,
    LUEBECK,
    SAFE_HARBOUR,
    a_key,
    a_rule,
    a_term,
    a_tolerance,
    definitions,
)

DAY = date(2023, 5, 1)
OVER, ON_QUOTA, UNDER = Standing.OVER, Standing.ON_QUOTA, Standing.UNDER
WEIGHTS = {FLENSBURG: 1, KIEL: 1, LUEBECK: 2}


def a_tally(*changes: Change, counts: Counts | None = None) -> QuotaTally:
    """Weights 1, 1 and 2; everything counts from 1990."""
    units = [a_term(unit) for unit in WEIGHTS]
    rules = fold(definitions(*units, a_key(WEIGHTS), a_rule(), *changes))
    return tally_of(plan_of(rules), counts)


def some_counts(**changed: object) -> Counts:
    valid = {
        "scale": 1,
        "credited": {FLENSBURG: 3, KIEL: 1},
        "totals": {FIRST_DAY: 4},
        "standings": {FLENSBURG: OVER, LUEBECK: UNDER},
    }
    return Counts(**{**valid, **changed})  # type: ignore[arg-type]  # one field is replaced


def numbers(tally: QuotaTally) -> list[tuple[object, ...]]:
    every = range(len(tally.plan.units))
    return [(*tally.amounts(number)[:2], tally.standing(number)) for number in every]


def test_people_are_credited_to_their_unit_and_shared_out_to_all() -> None:
    tally = a_tally()
    tally.count(FLENSBURG, SAFE_HARBOUR, DAY, 4)
    assert tally.settle() == [(0, ON_QUOTA), (1, ON_QUOTA), (2, ON_QUOTA)]
    assert numbers(tally) == [(4, 1, OVER), (0, 1, UNDER), (0, 2, UNDER)]


def test_amounts_are_credited_target_and_balance_in_persons() -> None:
    tally = a_tally(a_rule("asylum", "1/2"))
    tally.count(KIEL, ASYLUM, DAY, 3)
    assert tally.amounts(1) == (Fraction(3, 2), Fraction(3, 8), Fraction(9, 8))


def test_who_is_no_member_or_has_no_rule_is_not_counted() -> None:
    tally = a_tally(a_rule("asylum", 0), a_term(KIEL, FIRST_DAY, date(2022, 12, 31)))
    tally.count(KIEL, SAFE_HARBOUR, DAY, 3)
    tally.count(FLENSBURG, ASYLUM, DAY, 3)
    tally.count(FLENSBURG, SAFE_HARBOUR, date(1989, 12, 31), 3)
    assert tally.settle() == []
    assert tally.changed_counts() is None


def test_an_entry_that_nets_to_nothing_moves_nobody() -> None:
    tally = a_tally()
    tally.count(FLENSBURG, SAFE_HARBOUR, DAY, 5)
    tally.count(FLENSBURG, ASYLUM, DAY, -5)
    assert tally.settle() == []


def test_the_same_day_is_counted_by_each_programmes_own_rule() -> None:
    tally = a_tally(a_rule("asylum", "1/2"))
    for _ in range(2):
        tally.count(FLENSBURG, SAFE_HARBOUR, DAY, 1)
        tally.count(FLENSBURG, ASYLUM, DAY, 1)
    assert tally.amounts(0)[0] == 3


def test_what_changed_is_named_until_it_is_forgotten() -> None:
    tally = a_tally()
    tally.count(FLENSBURG, SAFE_HARBOUR, DAY, 2)
    tally.settle()
    assert tally.changed_counts() == Counts(
        scale=1,
        credited={FLENSBURG: 2, LUEBECK: 0},
        totals={FIRST_DAY: 2},
        standings={FLENSBURG: OVER, LUEBECK: UNDER},
    )
    tally.forget_changes()
    assert tally.changed_counts() is None


def test_totals_are_kept_by_the_first_day_of_their_stretch() -> None:
    new_year = date(2023, 1, 1)
    tally = a_tally(a_key(WEIGHTS, new_year))
    tally.count(FLENSBURG, SAFE_HARBOUR, DAY, 2)
    tally.count(FLENSBURG, SAFE_HARBOUR, date(2022, 12, 31), 3)
    assert tally.counts().totals == {FIRST_DAY: 3, new_year: 2}
    changed = tally.changed_counts()
    assert changed
    assert changed.totals == {FIRST_DAY: 3, new_year: 2}


def test_counts_are_what_a_tally_goes_on_from() -> None:
    tally = a_tally(counts=some_counts())
    assert tally.counts() == Counts(
        scale=1,
        credited={FLENSBURG: 3, KIEL: 1, LUEBECK: 0},
        totals={FIRST_DAY: 4},
        standings={FLENSBURG: OVER, KIEL: ON_QUOTA, LUEBECK: UNDER},
    )


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"credited": {FLENSBURG: 4, KIEL: 1}}, "credited 5, shared out 4"),
        ({"totals": {FIRST_DAY: 3}}, "credited 4, shared out 3"),
        ({"totals": {date(2023, 1, 1): 4}}, "credited 4, shared out 0"),
        ({"scale": 2}, "credited in parts of 1/2, shared out in parts of 1/1"),
    ],
)
def test_counts_that_cannot_be_right_are_refused(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(BooksDoNotBalance, match=f"^sh-alliance: {says}$") as refused:
        a_tally(counts=some_counts(**wrong))
    assert refused.value.quota == ALLIANCE


def test_a_stored_standing_that_does_not_fit_crosses_at_the_next_entry() -> None:
    tally = a_tally(counts=some_counts(standings={FLENSBURG: OVER}))
    tally.count(KIEL, SAFE_HARBOUR, DAY, 1)
    assert tally.settle() == [(2, ON_QUOTA)]


def test_a_unit_that_did_nothing_crosses_at_the_first_total_that_moves_it() -> None:
    """Lübeck owes half of everything: over with 3 until the total is 5, under from 8 on."""
    tally = a_tally(
        counts=some_counts(credited={LUEBECK: 3}, totals={FIRST_DAY: 3}, standings={LUEBECK: OVER})
    )
    seen = []
    for _ in range(6):
        tally.count(FLENSBURG, SAFE_HARBOUR, DAY, 1)
        seen += [
            (tally.counts().totals[FIRST_DAY], *each) for each in tally.settle() if each[0] == 2
        ]
    assert seen == [(5, 2, OVER), (8, 2, ON_QUOTA)]


def test_a_unit_that_did_nothing_crosses_back_at_the_first_total_that_moves_it() -> None:
    tally = a_tally(
        counts=some_counts(
            credited={LUEBECK: 3, KIEL: 7},
            totals={FIRST_DAY: 10},
            standings={KIEL: OVER, FLENSBURG: UNDER, LUEBECK: UNDER},
        )
    )
    seen = []
    for _ in range(6):
        tally.count(KIEL, SAFE_HARBOUR, DAY, -1)
        seen += [
            (tally.counts().totals[FIRST_DAY], *each) for each in tally.settle() if each[0] == 2
        ]
    assert seen == [(7, 2, UNDER), (4, 2, ON_QUOTA)]


def test_restating_counts_everything_anew_and_moves_on_from_the_standings_before() -> None:
    tally = QuotaTally(a_tally(a_tolerance(2, release=1)).plan)
    daily = {(FLENSBURG, SAFE_HARBOUR, DAY): 2, (KIEL, ASYLUM, DAY): 2}
    moved = tally.restate(daily, {KIEL: OVER, LUEBECK: OVER})
    assert moved == [(2, OVER)]
    assert numbers(tally) == [(2, 1, ON_QUOTA), (2, 1, OVER), (0, 2, UNDER)]


def test_a_restated_tally_goes_on() -> None:
    tally = QuotaTally(a_tally().plan)
    tally.restate({(FLENSBURG, SAFE_HARBOUR, DAY): 3}, {})
    assert tally.settle() == []
    tally.count(KIEL, SAFE_HARBOUR, DAY, 1)
    assert tally.settle() == []
    tally.count(LUEBECK, SAFE_HARBOUR, DAY, 3)
    assert tally.settle() == [(2, UNDER)]


def test_units_are_numbered_by_code() -> None:
    tally = a_tally()
    found = [tally.number_of(unit) for unit in (FLENSBURG, KIEL, LUEBECK)]
    assert found == [0, 1, 2]
    assert tally.number_of(Ags("01004")) is None
    assert tally.number_of(Ags("01000")) is None
