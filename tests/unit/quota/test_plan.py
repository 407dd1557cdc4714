from datetime import date

from services.quota.domain.definitions import fold
from services.quota.domain.plan import NOWHERE, plan_of
from services.quota.domain.stretches import Window
from tests.unit.quota.builders import (
    FLENSBURG,
    KIEL,
    a_key,
    a_rule,
    a_term,
    a_tolerance,
    definitions,
    some_rules,
)

NEW_YEAR = date(2022, 1, 1)


def test_one_person_is_a_whole_number_of_parts_for_every_share_and_credit() -> None:
    keys = a_key({FLENSBURG: 1, KIEL: 2}), a_key({FLENSBURG: 1, KIEL: 4}, NEW_YEAR)
    log = definitions(a_term(), a_term(KIEL), *keys, a_rule(share="1/2"), a_tolerance("1/3"))
    plan = plan_of(fold(log))
    assert plan.units == (FLENSBURG, KIEL)
    assert (plan.crediting.scale, plan.whole, plan.person) == (2, 15, 30)
    assert plan.parts == ((5, 3), (10, 12))
    assert plan.band.reach == 10


def test_a_day_goes_to_its_stretch_and_the_members_of_it() -> None:
    plan = plan_of(
        fold(definitions(a_term(), a_term(KIEL, NEW_YEAR), a_key({FLENSBURG: 1, KIEL: 1})))
    )
    assert plan.place_of(date(1990, 1, 1)) == (0, {FLENSBURG: 0}, {})
    assert plan.place_of(date(2021, 12, 31)) == (0, {FLENSBURG: 0}, {})
    assert plan.place_of(NEW_YEAR) == (1, {FLENSBURG: 0, KIEL: 1}, {})


def test_a_day_outside_all_stretches_goes_nowhere() -> None:
    plan = plan_of(some_rules(), Window(date(2022, 1, 1), date(2022, 12, 31)))
    assert plan.place_of(date(2021, 12, 31)) is NOWHERE
    assert plan.place_of(date(2022, 1, 1)) is not NOWHERE
    assert plan.place_of(date(2022, 12, 31)) is not NOWHERE
    assert plan.place_of(date(2023, 1, 1)) is NOWHERE


def test_a_unit_whose_days_do_not_count_has_no_part() -> None:
    log = definitions(a_term(), a_term(KIEL, NEW_YEAR), a_key({FLENSBURG: 1, KIEL: 3}))
    before = plan_of(fold(log), Window(last=date(2021, 12, 31)))
    assert before.parts == ((1,), (0,))


def test_without_a_key_nothing_counts() -> None:
    plan = plan_of(fold(definitions(a_term(), a_rule())))
    assert (plan.stretches, plan.parts, plan.person) == ((), ((),), 1)
    assert plan.place_of(NEW_YEAR) is NOWHERE
