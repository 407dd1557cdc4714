"""Which values a placement may have."""

from datetime import date, timedelta

import pytest

from services.admissions.domain.refusals import (
    EffectiveInFuture,
    EffectiveTooOld,
    PersonsOutOfRange,
    ReferenceMalformed,
)
from services.admissions.domain.values import (
    check_effective_day,
    check_file_reference,
    check_persons,
)

TODAY = date(2026, 11, 2)


@pytest.mark.parametrize("persons", [1, 2, 9_999, 10_000])
def test_one_to_ten_thousand_persons_are_a_placement(persons: int) -> None:
    assert check_persons(persons) == persons


@pytest.mark.parametrize("persons", [-1, 0, 10_001])
def test_nobody_and_too_many_are_refused_with_their_number(persons: int) -> None:
    with pytest.raises(PersonsOutOfRange) as refused:
        check_persons(persons)
    assert refused.value.facts == {"persons": persons}


@pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=1), date(1990, 1, 1)])
def test_a_placement_takes_effect_today_or_earlier(day: date) -> None:
    assert check_effective_day(day, TODAY) == day


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date.max])
def test_tomorrow_is_refused(day: date) -> None:
    with pytest.raises(EffectiveInFuture) as refused:
        check_effective_day(day, TODAY)
    assert refused.value.facts == {"day": day}


@pytest.mark.parametrize("day", [date(1989, 12, 31), date.min])
def test_days_before_1990_are_refused(day: date) -> None:
    with pytest.raises(EffectiveTooOld) as refused:
        check_effective_day(day, TODAY)
    assert refused.value.facts == {"day": day}


@pytest.mark.parametrize("reference", ["1", "A1", "ABC1DEF", "FL-2023/17", "1._-/", "9" * 40])
def test_a_file_reference_is_kept_as_it_is(reference: str) -> None:
    assert check_file_reference(reference) == reference


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "A",
        "ABC",
        "ABCD1",
        "1ABCD",
        "SCHMIDT-1",
        "a1",
        "Ä1",
        "-A1",
        "A 1",
        "A1\n",
        "9" * 41,
        "1\u0661",
    ],
)
def test_what_might_be_a_name_or_is_no_reference_is_refused(reference: str) -> None:
    with pytest.raises(ReferenceMalformed) as refused:
        check_file_reference(reference)
    assert refused.value.facts == {"reference": reference}
