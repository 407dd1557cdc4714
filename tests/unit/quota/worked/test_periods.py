from datetime import date

import pytest

from services.quota.domain.definitions import Period, QuotaRules
from services.quota.domain.stretches import Window, counted_days, counted_days_on
from tests.unit.quota.builders import a_closure, a_period, some_rules
from tests.unit.quota.worked.tables import Row, rows

PAGE = "periods.md"


def rules_of(row: Row, starts: date) -> QuotaRules:
    carry_over = row["carry-over"] == "yes"
    closed = [a_closure(date.fromisoformat(row["closed on"]))] if row["closed on"] else []
    return some_rules(a_period(Period(row["period"]), starts, carry_over=carry_over), *closed)


def answer(window: Window, row: Row) -> str:
    counts = window.first <= date.fromisoformat(row["day"]) <= window.last
    return "yes" if counts else "no"


@pytest.mark.parametrize(
    "row", rows(PAGE, "period", "carry-over", "starts", "closed on", "day", "counts")
)
def test_a_day_counts_now_as_the_page_says(row: Row) -> None:
    rules = rules_of(row, date.fromisoformat(row["starts"]))
    assert answer(counted_days(rules), row) == row["counts"]


@pytest.mark.parametrize(
    "row", rows(PAGE, "period", "carry-over", "closed on", "valid on", "day", "counts")
)
def test_a_day_counts_as_valid_on_another_as_the_page_says(row: Row) -> None:
    rules = rules_of(row, date(2024, 1, 1))
    window = counted_days_on(rules, date.fromisoformat(row["valid on"]))
    assert answer(window, row) == row["counts"]
