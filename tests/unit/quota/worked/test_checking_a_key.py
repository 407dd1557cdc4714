from fractions import Fraction

import pytest

from services.quota.domain.definitions import KeyKind, fold
from services.quota.domain.keys import SumMisses100, check_key
from shared.codes import Ags
from tests.unit.quota.builders import a_key, definitions
from tests.unit.quota.worked.tables import Row, rows


@pytest.mark.parametrize(
    "row", rows("checking-a-key.md", "percentages", "sum", "explained", "says")
)
def test_a_sum_of_percentages_is_judged_as_the_page_says(row: Row) -> None:
    printed = {Ags(f"0100{n}"): text for n, text in enumerate(row["percentages"].split(", "), 1)}
    key = a_key(printed, kind=KeyKind.PERCENT)
    checked = check_key(key, printed, fold(definitions()), list(printed))
    assert checked.key.weights == {unit: Fraction(text) for unit, text in printed.items()}
    assert [warning.sum for warning in checked.key.warnings] == (
        [row["sum"]] if row["says"] == "warning" else []
    )
    missed = SumMisses100(Fraction(row["sum"]), Fraction(row["explained"]))
    assert checked.refusals == ([missed] if row["says"] == "refused" else [])
