"""A placement: n people that a unit took in under a programme on a day, as it now stands."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.admissions.domain.entry import Count, Entry, Stamp, postings_between
from services.admissions.domain.refusals import AlreadyWithdrawn, NothingChanged, OtherLand
from shared.codes import Ags, EntryType, Land, Programme, land_of

NOBODY: Counter[Count] = Counter()


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
class Placement:
    """How a placement stands: `sequence` and `status` are its last entry's.

    A withdrawn one shows what was withdrawn. `recorded_at` is its first entry's.
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

    @property
    def counts(self) -> Counter[Count]:
        """Where its people count, and how many."""
        if self.status is EntryType.WITHDRAWN:
            return NOBODY
        return Counter({(self.unit, self.programme, self.effective_on): self.persons})


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

    Raises AlreadyWithdrawn, OtherLand, NothingChanged, in this order.
    """
    _refuse_withdrawn(placement)
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
    _refuse_withdrawn(placement)
    withdrawn = replace(placement, sequence=stamp.sequence, status=EntryType.WITHDRAWN)
    return Decision(withdrawn, _entry(stamp, withdrawn, placement, reason))


def _refuse_withdrawn(placement: Placement) -> None:
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
