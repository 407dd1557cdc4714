"""What recording, correcting and withdrawing do to a placement and to the counts."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.admissions.domain.entry import Entry, Posting
from services.admissions.domain.placement import (
    Correction,
    Placement,
    correct,
    record,
    withdraw,
)
from services.admissions.domain.refusals import AlreadyWithdrawn, NothingChanged, OtherLand
from shared.codes import EntryType
from tests.unit.admissions.builders import (
    ASYLUM,
    FLENSBURG,
    HAMBURG,
    KIEL,
    MAY_DAY,
    NOON,
    SAFE_HARBOUR,
    a_placement,
    a_proposal,
    a_stamp,
)

LATER = NOON + timedelta(hours=1)
APRIL = date(2023, 4, 30)


def test_a_new_placement_stands_as_it_was_proposed() -> None:
    assert record(a_stamp(7), "p1", a_proposal()).placement == Placement(
        id="p1",
        land=a_stamp().land,
        sequence=7,
        unit=FLENSBURG,
        programme=SAFE_HARBOUR,
        persons=3,
        effective_on=MAY_DAY,
        reference="FL-1",
        recorded_at=NOON,
        status=EntryType.RECORDED,
    )


def test_a_new_placement_is_posted_whole() -> None:
    assert record(a_stamp(7), "p1", a_proposal()).entry == Entry(
        stamp=a_stamp(7),
        type=EntryType.RECORDED,
        placement="p1",
        corrects=None,
        reason=None,
        postings=(Posting(FLENSBURG, SAFE_HARBOUR, MAY_DAY, 3),),
    )


def test_a_correction_names_the_entry_before_and_its_reason() -> None:
    decision = correct(a_stamp(9, LATER), a_placement(4), Correction("late-report", persons=5))
    assert decision.entry == Entry(
        stamp=a_stamp(9, LATER),
        type=EntryType.CORRECTED,
        placement="p1",
        corrects=4,
        reason="late-report",
        postings=(Posting(FLENSBURG, SAFE_HARBOUR, MAY_DAY, 2),),
    )


@pytest.mark.parametrize(
    ("changes", "postings"),
    [
        ({"persons": 1}, [(FLENSBURG, SAFE_HARBOUR, MAY_DAY, -2)]),
        (
            {"unit": KIEL},
            [(FLENSBURG, SAFE_HARBOUR, MAY_DAY, -3), (KIEL, SAFE_HARBOUR, MAY_DAY, 3)],
        ),
        (
            {"programme": ASYLUM},
            [(FLENSBURG, ASYLUM, MAY_DAY, 3), (FLENSBURG, SAFE_HARBOUR, MAY_DAY, -3)],
        ),
        (
            {"effective_on": APRIL},
            [(FLENSBURG, SAFE_HARBOUR, APRIL, 3), (FLENSBURG, SAFE_HARBOUR, MAY_DAY, -3)],
        ),
        (
            {"persons": 4, "programme": ASYLUM, "effective_on": APRIL},
            [(FLENSBURG, ASYLUM, APRIL, 4), (FLENSBURG, SAFE_HARBOUR, MAY_DAY, -3)],
        ),
    ],
)
def test_a_correction_posts_the_net_difference_sorted(
    changes: dict[str, Any], postings: list[Any]
) -> None:
    decision = correct(a_stamp(2), a_placement(), Correction("wrong-date", **changes))
    assert decision.entry.postings == tuple(Posting(*posting) for posting in postings)


@pytest.mark.parametrize(
    "changes", [{"persons": 1}, {"unit": KIEL}, {"programme": ASYLUM}, {"effective_on": APRIL}]
)
def test_a_correction_changes_what_it_names_and_nothing_else(changes: dict[str, Any]) -> None:
    before = a_placement(1)
    after = correct(a_stamp(2, LATER), before, Correction("wrong-date", **changes)).placement
    expected = {"sequence": 2, "status": EntryType.CORRECTED} | changes
    for field in Placement.__slots__:
        assert getattr(after, field) == expected.get(field, getattr(before, field))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"persons": 3},
        {
            "unit": FLENSBURG,
            "programme": SAFE_HARBOUR,
            "persons": 3,
            "effective_on": MAY_DAY,
        },
    ],
)
def test_a_correction_that_says_what_is_recorded_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(NothingChanged):
        correct(a_stamp(2), a_placement(), Correction("typing-error", **changes))


def test_a_placement_stays_within_its_land() -> None:
    with pytest.raises(OtherLand) as refused:
        correct(a_stamp(2), a_placement(), Correction("wrong-unit", unit=HAMBURG))
    assert refused.value.facts == {"unit": HAMBURG}


def test_a_withdrawal_takes_back_what_stands() -> None:
    corrected = correct(a_stamp(2), a_placement(1), Correction("typing-error", persons=5)).placement
    assert withdraw(a_stamp(3, LATER), corrected, "never-arrived").entry == Entry(
        stamp=a_stamp(3, LATER),
        type=EntryType.WITHDRAWN,
        placement="p1",
        corrects=2,
        reason="never-arrived",
        postings=(Posting(FLENSBURG, SAFE_HARBOUR, MAY_DAY, -5),),
    )


def test_a_withdrawn_placement_shows_what_was_withdrawn() -> None:
    before = a_placement(1)
    after = withdraw(a_stamp(3, LATER), before, "never-arrived").placement
    assert (after.sequence, after.status) == (3, EntryType.WITHDRAWN)
    assert (after.persons, after.recorded_at) == (before.persons, NOON)
    assert not after.counts


def test_nothing_follows_on_a_withdrawal() -> None:
    withdrawn = withdraw(a_stamp(2), a_placement(), "counted-twice").placement
    with pytest.raises(AlreadyWithdrawn) as refused:
        withdraw(a_stamp(3), withdrawn, "counted-twice")
    assert refused.value.facts == {"placement": "p1"}
    with pytest.raises(AlreadyWithdrawn):
        correct(a_stamp(3), withdrawn, Correction("typing-error", unit=HAMBURG, persons=9))
