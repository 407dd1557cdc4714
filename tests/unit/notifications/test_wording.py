"""By how many persons a unit is off, as people read it."""

import pytest

from services.notifications.domain.alert import Amount
from services.notifications.domain.wording import Deviation, deviation


@pytest.mark.parametrize(
    ("exact", "decimal", "expected"),
    [
        ("77/70", "1.100", Deviation("+1.100", 1, is_over=True, is_exact=False)),
        ("-77/70", "-1.100", Deviation("-1.100", 1, is_over=False, is_exact=False)),
        ("2", "2.000", Deviation("+2.000", 2, is_over=True, is_exact=True)),
        ("-3", "-3.000", Deviation("-3.000", 3, is_over=False, is_exact=True)),
        ("0", "0.000", Deviation("0.000", 0, is_over=False, is_exact=True)),
        ("1/3", "0.333", Deviation("+0.333", 0, is_over=True, is_exact=False)),
        ("5/2", "2.500", Deviation("+2.500", 2, is_over=True, is_exact=False)),
        ("-7/2", "-3.500", Deviation("-3.500", 4, is_over=False, is_exact=False)),
    ],
)
def test_a_balance_is_signed_and_rounded(exact: str, decimal: str, expected: Deviation) -> None:
    assert deviation(Amount(exact, decimal)) == expected
