"""Which codes may be named."""

import pytest

from services.admissions.domain.reference import Item, Reference
from services.admissions.domain.refusals import (
    LeadingZeroLost,
    ProgrammeUnknown,
    ReasonUnknown,
    UnitUnknown,
)

FLENSBURG = Item("01001", "Flensburg", "kreisfreie Stadt", None, None, "AGS")
KNOWN = Reference(
    units={"01001": FLENSBURG},
    programmes={"asylum": FLENSBURG},
    reasons={"typing-error": FLENSBURG},
)


def test_a_known_code_is_given_back() -> None:
    assert KNOWN.unit("01001") == "01001"
    assert KNOWN.programme("asylum") == "asylum"
    assert KNOWN.reason("typing-error") == "typing-error"


@pytest.mark.parametrize("code", ["01999", "", "001001", "asylum"])
def test_an_unknown_unit_is_refused(code: str) -> None:
    with pytest.raises(UnitUnknown) as refused:
        KNOWN.unit(code)
    assert refused.value.facts == {"code": code}


def test_a_lost_leading_zero_is_seen() -> None:
    with pytest.raises(LeadingZeroLost) as refused:
        KNOWN.unit("1001")
    assert refused.value.facts == {"code": "1001"}


def test_an_unknown_programme_is_refused() -> None:
    with pytest.raises(ProgrammeUnknown) as refused:
        KNOWN.programme("typing-error")
    assert refused.value.facts == {"code": "typing-error"}


def test_an_unknown_reason_is_refused() -> None:
    with pytest.raises(ReasonUnknown) as refused:
        KNOWN.reason("asylum")
    assert refused.value.facts == {"code": "asylum"}
