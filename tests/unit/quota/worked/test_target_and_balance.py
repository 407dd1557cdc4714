from datetime import date
from fractions import Fraction

import pytest

from services.quota.domain.balances import Board, board, fulfilment_percent
from services.quota.domain.definitions import fold
from shared.codes import Ags
from tests.unit.quota.builders import (
    ALLIANCE,
    FLENSBURG,
    KIEL,
    LUEBECK,
    a_key,
    a_posting,
    a_rule,
    a_term,
    a_world,
    applied,
    definitions,
    world_of,
)
from tests.unit.quota.worked.tables import Row, rows

PAGE = "target-and-balance.md"


def alliance_since_2019() -> Board:
    world = a_world()
    applied(world, a_posting(FLENSBURG, 3), a_posting(KIEL, 8), a_posting(LUEBECK, 7))
    return board(world.rules()[ALLIANCE], world.counts()[ALLIANCE], date(2023, 10, 31))


def two_stretches() -> Board:
    log = definitions(
        a_term(FLENSBURG), a_term(KIEL, date(2022, 1, 1)), a_rule(), a_key({FLENSBURG: 1, KIEL: 3})
    )
    world = world_of(log)
    before, after = date(2021, 12, 31), date(2022, 1, 1)
    applied(world, a_posting(FLENSBURG, 5, before), a_posting(KIEL, 8, after))
    return board(fold(log), world.counts()[ALLIANCE], after)


@pytest.mark.parametrize(
    "row", rows(PAGE, "unit", "name", "credited", "target", "balance", "fulfilment")
)
def test_18_people_leave_every_city_within_one_person(row: Row) -> None:
    (unit,) = [each for each in alliance_since_2019().units if each.unit == Ags(row["unit"])]
    exact = [str(number) for number in (unit.credited, unit.target, unit.balance)]
    assert exact == [row["credited"], row["target"], row["balance"]]
    assert fulfilment_percent(unit.credited, unit.target) == row["fulfilment"]
    assert abs(unit.balance) < 1


@pytest.mark.parametrize("row", rows(PAGE, "unit", "credited", "target", "balance", "because"))
def test_a_unit_owes_only_for_the_days_on_which_it_was_a_member(row: Row) -> None:
    (unit,) = [each for each in two_stretches().units if each.unit == Ags(row["unit"])]
    exact = [str(number) for number in (unit.credited, unit.target, unit.balance)]
    assert exact == [row["credited"], row["target"], row["balance"]], row["because"]


@pytest.mark.parametrize("row", rows(PAGE, "credited", "target", "fulfilment"))
def test_fulfilment_is_credited_in_percent_of_the_target(row: Row) -> None:
    seen = fulfilment_percent(Fraction(row["credited"]), Fraction(row["target"]))
    assert seen == (row["fulfilment"] or None)
