from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest

from services.quota.domain.definitions import Period, PeriodTurned
from services.quota.domain.world import Amounts, World
from shared.codes import Ags, Programme
from tests.unit.quota.builders import (
    ALLIANCE,
    FLENSBURG,
    KIEL,
    a_definition,
    a_key,
    a_period,
    a_posting,
    a_rule,
    a_tolerance,
    applied,
    definitions,
    terms,
    world_of,
)
from tests.unit.quota.worked.tables import Row, rows

COLUMNS = [
    "period", "carry-over", "persons", "percent", "release", "Flensburg 2022", "Kiel 2023",
    "Flensburg 2023", "credited", "target", "balance", "stood", "because",
]  # fmt: skip
DECEMBER, NEW_YEAR, FEBRUARY = date(2022, 12, 20), date(2023, 1, 1), date(2023, 2, 1)
STARTS = {Period.YEAR: date(2022, 1, 1), Period.HALF_YEAR: date(2022, 7, 1)}


def a_year(row: Row) -> World:
    """The quota of a row, before anybody came."""
    period, carry_over = Period(row["period"]), row["carry-over"] == "yes"
    starts = STARTS.get(period, date(1990, 1, 1))
    persons, percent, release = (row[name] or None for name in ("persons", "percent", "release"))
    key = a_key({FLENSBURG: 1, KIEL: 1})
    changes = (
        a_period(period, starts, carry_over=carry_over),
        a_tolerance(persons, percent, release),
    )
    return world_of(definitions(*terms([FLENSBURG, KIEL]), a_rule(), key, *changes))


def told(row: Row) -> Iterator[Amounts | None]:
    """Flensburg after December, the turn, Kiel's and its own people of February."""
    world = a_year(row)
    daily = Counter[tuple[Ags, Programme, date]]()

    def take_in(unit: Ags, persons: str, day: date) -> None:
        if persons != "0":
            posting = a_posting(unit, int(persons), day)
            daily[unit, posting.programme, day] += posting.persons
            applied(world, posting)

    take_in(FLENSBURG, row["Flensburg 2022"], DECEMBER)
    yield world.amounts(ALLIANCE, FLENSBURG)
    if row["period"] != Period.CONTINUOUS:
        at = world.position
        turn = a_definition(at.definition + 1, PeriodTurned(NEW_YEAR), ledger_sequence=at.sequence)
        world.define(turn, daily)
    yield world.amounts(ALLIANCE, FLENSBURG)
    take_in(KIEL, row["Kiel 2023"], FEBRUARY)
    yield world.amounts(ALLIANCE, FLENSBURG)
    take_in(FLENSBURG, row["Flensburg 2023"], FEBRUARY)
    yield world.amounts(ALLIANCE, FLENSBURG)


@pytest.mark.parametrize("row", rows("worked-cases.md", *COLUMNS))
def test_flensburg_stands_as_on_the_page(row: Row) -> None:
    seen = [each for each in told(row) if each is not None]
    assert ", ".join(each.standing for each in seen) == row["stood"], row["because"]
    numbers = [str(number) for number in seen[-1][:3]]
    assert numbers == [row["credited"], row["target"], row["balance"]], row["because"]
