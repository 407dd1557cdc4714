from datetime import date
from fractions import Fraction

import pytest

from services.quota.domain.balances import shares_on
from services.quota.domain.definitions import KeyVersion, MemberTerm, fold
from services.quota.domain.stretches import span_on
from shared.codes import Ags
from tests.unit.quota.builders import a_key, a_term, definitions
from tests.unit.quota.worked.tables import Row, rows

PAGE = "members-and-keys.md"
UNITS = [Ags("01001"), Ags("01002"), Ags("01003")]


def term_of(row: Row) -> MemberTerm:
    ends = date.fromisoformat(row["to"]) if row["to"] else None
    return a_term(Ags(row["unit"]), date.fromisoformat(row["from"]), ends)


def key_of(row: Row) -> KeyVersion:
    weights = {unit: row[unit] for unit in UNITS}
    return a_key(weights, date.fromisoformat(row["valid from"]), row["key"])


RULES = fold(
    definitions(
        *(term_of(row) for row in rows(PAGE, "unit", "from", "to")),
        *(key_of(row) for row in rows(PAGE, "key", "valid from", *UNITS)),
    )
)


@pytest.mark.parametrize("row", rows(PAGE, "day", "key", *UNITS, "because"))
def test_the_shares_of_a_day_are_those_on_the_page(row: Row) -> None:
    day = date.fromisoformat(row["day"])
    span, shares = span_on(RULES, day), shares_on(RULES, day)
    assert span is not None
    assert span.key.id == row["key"], row["because"]
    assert {unit: str(shares.get(unit, 0)) for unit in UNITS} == {
        unit: row[unit] for unit in UNITS
    }, row["because"]
    assert sum(shares.values()) == Fraction(1)
