from datetime import date
from fractions import Fraction

import pytest

from services.quota.domain.crediting import crediting_by
from shared.codes import Programme
from tests.unit.quota.builders import a_rule
from tests.unit.quota.worked.tables import Row, rows

PAGE = "crediting.md"
RULES = [
    a_rule(
        row["programme"],
        row["share"],
        date.fromisoformat(row["from"]),
        date.fromisoformat(row["to"]) if row["to"] else None,
    )
    for row in rows(PAGE, "programme", "share", "from", "to")
]


@pytest.mark.parametrize("row", rows(PAGE, "programme", "day", "counts", "because"))
def test_a_person_counts_as_the_page_says(row: Row) -> None:
    crediting = crediting_by(RULES)
    day = date.fromisoformat(row["day"])
    counted = crediting.scaled_share(Programme(row["programme"]), day)
    assert Fraction(counted, crediting.scale) == Fraction(row["counts"]), row["because"]
