from fractions import Fraction

import pytest

from services.quota.domain.standing import ON_QUOTA, OVER, UNDER, band_of, standing
from shared.codes import Standing
from tests.unit.quota.builders import a_tolerance
from tests.unit.quota.worked.tables import Row, rows

COLUMNS = ["before", "balance", "target", "persons", "percent", "release", "standing", "because"]
PERSON = 1000
"""A whole number of parts for every number on the page."""


@pytest.mark.parametrize("row", rows("standing.md", *COLUMNS))
def test_the_standing_is_the_one_on_the_page(row: Row) -> None:
    tolerance = a_tolerance(row["persons"] or None, row["percent"] or None, row["release"] or None)
    balance, target = Fraction(row["balance"]), Fraction(row["target"])
    before = Standing(row["before"])
    assert standing(balance, target, tolerance, before) == row["standing"], row["because"]
    owed, credited = int(target * PERSON), int((balance + target) * PERSON)
    over, under = band_of(tolerance, PERSON).edges(before, credited, owed)
    by_edges = OVER if owed <= over else UNDER if owed >= under else ON_QUOTA
    assert by_edges == row["standing"], row["because"]
