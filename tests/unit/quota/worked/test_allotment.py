from fractions import Fraction

import pytest

from services.quota.domain.allotment import Method, Tie, allot
from tests.unit.quota.builders import POPULATION
from tests.unit.quota.worked.tables import Row, rows

PAGE = "allotment.md"
ALLIANCE = {str(unit): Fraction(weight) for unit, weight in POPULATION.items()}


@pytest.mark.parametrize("row", rows(PAGE, "persons", "method", "Flensburg", "Kiel", "Lübeck"))
def test_the_alliance_is_allotted_as_on_the_page(row: Row) -> None:
    allotment = allot(ALLIANCE, int(row["persons"]), Method(row["method"]))
    given = [str(each.persons) for each in allotment.units]
    assert given == [row["Flensburg"], row["Kiel"], row["Lübeck"]]
    assert (allotment.open, allotment.ties) == (0, [])


@pytest.mark.parametrize("row", rows(PAGE, "weights", "persons", "method", "given", "open", "tied"))
def test_ties_are_left_open_as_on_the_page(row: Row) -> None:
    weights = {"abc"[at]: Fraction(text) for at, text in enumerate(row["weights"].split(", "))}
    allotment = allot(weights, int(row["persons"]), Method(row["method"]))
    assert ", ".join(str(each.persons) for each in allotment.units) == row["given"]
    assert allotment.open == int(row["open"])
    tied = [Tie(row["tied"].split(", "), allotment.open)] if row["tied"] else []
    assert allotment.ties == tied
