"""What handing a placement over does to it, and when it can't be done."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.admissions.domain.entry import Entry, Posting
from services.admissions.domain.placement import (
    Correction,
    Move,
    Placement,
    check_move,
    correct,
    transfer,
    withdraw,
)
from services.admissions.domain.proposal import Transfer, TransferState, decide
from services.admissions.domain.refusals import (
    AlreadyWithdrawn,
    FixedByTransfer,
    OtherLand,
    SameUnit,
    TransferBeforePlacement,
    TransferVoid,
)
from shared.codes import Ags, EntryType
from tests.unit.admissions.builders import (
    ASYLUM,
    FLENSBURG,
    HAMBURG,
    KIEL,
    MAY_DAY,
    NOON,
    SAFE_HARBOUR,
    SH,
    a_placement,
    a_stamp,
)

LUEBECK = Ags("01003")
LATER = NOON + timedelta(hours=1)
JUNE, JULY = date(2023, 6, 1), date(2023, 7, 1)


def a_move(to_unit: Ags = KIEL, effective_on: date = JUNE) -> Move:
    return Move(to_unit, effective_on, "agreed-transfer")


def moved(*moves: Move) -> Placement:
    """A placement of Flensburg of 1 May that was handed over."""
    placement = a_placement(1)
    for number, move in enumerate(moves or (a_move(),), start=2):
        placement = transfer(a_stamp(number), placement, move).placement
    return placement


def postings(entry: Entry) -> list[tuple[Any, ...]]:
    return [(each.unit, each.programme, each.effective_on, each.persons) for each in entry.postings]


def test_a_transfer_is_one_entry_that_takes_and_gives() -> None:
    assert transfer(a_stamp(2, LATER), a_placement(1), a_move()).entry == Entry(
        stamp=a_stamp(2, LATER),
        type=EntryType.TRANSFERRED,
        placement="p1",
        corrects=1,
        reason="agreed-transfer",
        postings=(
            Posting(FLENSBURG, SAFE_HARBOUR, JUNE, -3),
            Posting(KIEL, SAFE_HARBOUR, JUNE, 3),
        ),
    )


def test_a_transferred_placement_stands_with_its_last_unit_from_that_day() -> None:
    before = a_placement(1)
    after = transfer(a_stamp(2, LATER), before, a_move()).placement
    assert after == replace(
        before,
        sequence=2,
        status=EntryType.TRANSFERRED,
        unit=KIEL,
        effective_on=JUNE,
        legs_before=((FLENSBURG, MAY_DAY),),
    )
    assert before.units == [FLENSBURG]
    assert after.units == [FLENSBURG, KIEL]


def test_a_placement_may_be_handed_on() -> None:
    placement = moved(a_move(), a_move(LUEBECK, JULY))
    assert placement.legs_before == ((FLENSBURG, MAY_DAY), (KIEL, JUNE))
    assert placement.units == [FLENSBURG, KIEL, LUEBECK]
    assert +placement.counts == {
        (FLENSBURG, SAFE_HARBOUR, MAY_DAY): 3,
        (KIEL, SAFE_HARBOUR, JUNE): 3,
        (LUEBECK, SAFE_HARBOUR, JULY): 3,
    }
    assert -placement.counts == {
        (FLENSBURG, SAFE_HARBOUR, JUNE): 3,
        (KIEL, SAFE_HARBOUR, JULY): 3,
    }


def test_a_placement_that_came_back_is_posted_net() -> None:
    back = transfer(a_stamp(3), moved(), a_move(FLENSBURG, JUNE))
    assert postings(back.entry) == [
        (FLENSBURG, SAFE_HARBOUR, JUNE, 3),
        (KIEL, SAFE_HARBOUR, JUNE, -3),
    ]
    assert back.placement.units == [FLENSBURG, KIEL]


def test_a_correction_of_a_transferred_placement_reaches_all_its_legs() -> None:
    decision = correct(a_stamp(3), moved(), Correction("counted-twice", persons=2))
    assert postings(decision.entry) == [
        (FLENSBURG, SAFE_HARBOUR, MAY_DAY, -1),
        (FLENSBURG, SAFE_HARBOUR, JUNE, 1),
        (KIEL, SAFE_HARBOUR, JUNE, -1),
    ]
    whole = correct(a_stamp(3), moved(), Correction("wrong-programme", programme=ASYLUM))
    assert len(whole.entry.postings) == 6


def test_a_withdrawal_of_a_transferred_placement_nets_all_its_legs() -> None:
    assert postings(withdraw(a_stamp(3), moved(), "never-arrived").entry) == [
        (FLENSBURG, SAFE_HARBOUR, MAY_DAY, -3),
        (FLENSBURG, SAFE_HARBOUR, JUNE, 3),
        (KIEL, SAFE_HARBOUR, JUNE, -3),
    ]


@pytest.mark.parametrize("changes", [{"unit": LUEBECK}, {"effective_on": MAY_DAY}])
def test_what_two_units_agreed_on_is_not_corrected(changes: dict[str, Any]) -> None:
    with pytest.raises(FixedByTransfer):
        correct(a_stamp(3), moved(), Correction("wrong-date", persons=9, **changes))


def test_a_move_on_the_day_of_arrival_is_possible() -> None:
    assert check_move(a_placement(), a_move(KIEL, MAY_DAY)) == []


@pytest.mark.parametrize(
    ("move", "kind", "facts"),
    [
        (a_move(FLENSBURG), SameUnit, {"unit": FLENSBURG}),
        (a_move(HAMBURG), OtherLand, {"unit": HAMBURG}),
        (a_move(KIEL, MAY_DAY - timedelta(days=1)), TransferBeforePlacement, {"day": MAY_DAY}),
    ],
)
def test_a_move_that_cannot_be_is_refused(move: Move, kind: type, facts: dict[str, Any]) -> None:
    [refusal] = check_move(a_placement(), move)
    assert (type(refusal), refusal.facts) == (kind, facts)
    with pytest.raises(kind):
        transfer(a_stamp(2), a_placement(), move)


def test_everything_that_speaks_against_a_move_is_named() -> None:
    move = a_move(HAMBURG, MAY_DAY - timedelta(days=1))
    kinds = [type(refusal) for refusal in check_move(a_placement(), move)]
    assert kinds == [OtherLand, TransferBeforePlacement]


def test_a_withdrawn_placement_is_not_handed_over() -> None:
    withdrawn = withdraw(a_stamp(2), a_placement(), "counted-twice").placement
    with pytest.raises(AlreadyWithdrawn):
        transfer(a_stamp(3), withdrawn, a_move(FLENSBURG))


def a_transfer(state: TransferState) -> Transfer:
    return Transfer("t1", SH, "p1", FLENSBURG, a_move(), state)


@pytest.mark.parametrize("state", [TransferState.CONFIRMED, TransferState.REFUSED])
def test_a_proposed_transfer_is_decided(state: TransferState) -> None:
    assert decide(a_transfer(TransferState.PROPOSED), state) == a_transfer(state)


@pytest.mark.parametrize("state", [s for s in TransferState if s is not TransferState.PROPOSED])
def test_a_transfer_is_decided_once(state: TransferState) -> None:
    with pytest.raises(TransferVoid) as refused:
        decide(a_transfer(state), TransferState.CONFIRMED)
    assert refused.value.facts == {"transfer": "t1"}
