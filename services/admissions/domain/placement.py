"""A placement: n people that a unit took in under a programme on a day, as it now stands."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.admissions.domain.entry import Count, Entry, Stamp, postings_between
from services.admissions.domain.refusals import (
    AlreadyWithdrawn,
    FixedByTransfer,
    NothingChanged,
    OtherLand,
    SameUnit,
    TransferBeforePlacement,
)
from shared.codes import Ags, EntryType, Land, Programme, Refusal, land_of

NOBODY: Counter[Count] = Counter()
Leg = tuple[Ags, date]
"""A unit that had the people, from this day on."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is submitted as a new placement; each of its values is allowed."""

    unit: Ags
    programme: Programme
    persons: int
    effective_on: date
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to be different, and why; None stays as it is."""

    reason: str
    unit: Ags | None = None
    programme: Programme | None = None
    persons: int | None = None
    effective_on: date | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Where all people of a placement go, from which day on, and why."""

    to_unit: Ags
    effective_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Placement:
    """How a placement stands: `sequence` and `status` are its last entry's.

    A withdrawn one shows what was withdrawn. `recorded_at` is its first entry's. `unit` and
    `effective_on` are the last leg's; `legs_before` those that the people left, oldest first.
    """

    id: str
    land: Land
    sequence: int
    unit: Ags
    programme: Programme
    persons: int
    effective_on: date
    reference: str | None
    recorded_at: datetime
    status: EntryType
    legs_before: tuple[Leg, ...] = ()

    @property
    def units(self) -> list[Ags]:
        """Every unit that has or had the people."""
        return sorted({self.unit, *(unit for unit, _ in self.legs_before)})

    @property
    def counts(self) -> Counter[Count]:
        """Where its people count, and how many; a unit that they left counts them off that day."""
        if self.status is EntryType.WITHDRAWN:
            return NOBODY
        counts: Counter[Count] = Counter()
        left: Ags | None = None
        for unit, day in (*self.legs_before, (self.unit, self.effective_on)):
            counts[unit, self.programme, day] += self.persons
            if left is not None:
                counts[left, self.programme, day] -= self.persons
            left = unit
        return counts


@dataclass(frozen=True, slots=True)
class Decision:
    """What an act does: the placement as it then stands, and the entry that says so."""

    placement: Placement
    entry: Entry


def record(stamp: Stamp, new_id: str, proposal: Proposal) -> Decision:
    """A new placement, in the ledger of its unit's Land."""
    placement = Placement(
        id=new_id,
        land=stamp.land,
        sequence=stamp.sequence,
        unit=proposal.unit,
        programme=proposal.programme,
        persons=proposal.persons,
        effective_on=proposal.effective_on,
        reference=proposal.reference,
        recorded_at=stamp.recorded_at,
        status=EntryType.RECORDED,
    )
    return Decision(placement, _entry(stamp, placement, None, None))


def correct(stamp: Stamp, placement: Placement, correction: Correction) -> Decision:
    """The placement with what the correction names.

    Raises AlreadyWithdrawn, FixedByTransfer, OtherLand, NothingChanged, in this order.
    """
    refuse_withdrawn(placement)
    if placement.legs_before and (correction.unit or correction.effective_on):
        raise FixedByTransfer
    unit = correction.unit or placement.unit
    if land_of(unit) != placement.land:
        raise OtherLand(unit=unit)
    corrected = replace(
        placement,
        sequence=stamp.sequence,
        status=EntryType.CORRECTED,
        unit=unit,
        programme=correction.programme or placement.programme,
        persons=correction.persons or placement.persons,
        effective_on=correction.effective_on or placement.effective_on,
    )
    if corrected.counts == placement.counts:
        raise NothingChanged
    return Decision(corrected, _entry(stamp, corrected, placement, correction.reason))


def withdraw(stamp: Stamp, placement: Placement, reason: str) -> Decision:
    """The placement counting nowhere any more, or AlreadyWithdrawn."""
    refuse_withdrawn(placement)
    withdrawn = replace(placement, sequence=stamp.sequence, status=EntryType.WITHDRAWN)
    return Decision(withdrawn, _entry(stamp, withdrawn, placement, reason))


def transfer(stamp: Stamp, placement: Placement, move: Move) -> Decision:
    """All people with another unit of the Land from a day on; one entry, never half of it.

    Raises what `check_move` lists, the first of it.
    """
    refuse_withdrawn(placement)
    for refusal in check_move(placement, move):
        raise refusal
    moved = replace(
        placement,
        sequence=stamp.sequence,
        status=EntryType.TRANSFERRED,
        unit=move.to_unit,
        effective_on=move.effective_on,
        legs_before=(*placement.legs_before, (placement.unit, placement.effective_on)),
    )
    return Decision(moved, _entry(stamp, moved, placement, move.reason))


def check_move(placement: Placement, move: Move) -> list[Refusal]:
    """Everything that speaks against a move: SameUnit, OtherLand, TransferBeforePlacement."""
    refusals: list[Refusal] = []
    if move.to_unit == placement.unit:
        refusals.append(SameUnit(unit=move.to_unit))
    if land_of(move.to_unit) != placement.land:
        refusals.append(OtherLand(unit=move.to_unit))
    if move.effective_on < placement.effective_on:
        refusals.append(TransferBeforePlacement(day=placement.effective_on))
    return refusals


def refuse_withdrawn(placement: Placement) -> None:
    """Nothing follows on a withdrawal: raises AlreadyWithdrawn."""
    if placement.status is EntryType.WITHDRAWN:
        raise AlreadyWithdrawn(placement=placement.id)


def _entry(stamp: Stamp, after: Placement, before: Placement | None, reason: str | None) -> Entry:
    return Entry(
        stamp=stamp,
        type=after.status,
        placement=after.id,
        corrects=before.sequence if before else None,
        reason=reason,
        postings=postings_between(before.counts if before else NOBODY, after.counts),
    )
