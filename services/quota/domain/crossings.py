"""Crossings: a unit's standing changed, and why."""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from services.quota.domain.definitions import (
    Change,
    CreditingRule,
    Definition,
    KeyVersion,
    MemberTerm,
    PeriodRule,
    PeriodTurned,
    Tolerance,
)
from services.quota.domain.postings import Entry
from shared.codes import Ags, Cause, EntryType, Land, QuotaCode, Standing


class Crossing(NamedTuple):
    """A unit's standing changed; persons exact, a positive balance is over."""

    land: Land
    sequence: int
    quota: QuotaCode
    unit: Ags
    before: Standing
    after: Standing
    credited: Fraction
    target: Fraction
    balance: Fraction
    cause: Cause
    ledger_sequence: int
    definition: int


CAUSES_OF_ENTRIES: Mapping[EntryType, Cause] = {
    EntryType.CORRECTED: Cause.CORRECTION,
    EntryType.WITHDRAWN: Cause.CORRECTION,
    EntryType.TRANSFERRED: Cause.TRANSFER,
}

CAUSES_OF_CHANGES: Mapping[type[Change], Cause] = {
    KeyVersion: Cause.NEW_KEY,
    CreditingRule: Cause.NEW_RULE,
    Tolerance: Cause.NEW_RULE,
    MemberTerm: Cause.MEMBERSHIP,
    PeriodRule: Cause.NEW_PERIOD,
    PeriodTurned: Cause.NEW_PERIOD,
}


def cause_of(entry: Entry, unit: Ags) -> Cause:
    """Why the unit crossed at this entry; only new placements tell the units apart."""
    if entry.type != EntryType.RECORDED:
        return CAUSES_OF_ENTRIES[entry.type]
    for posting in entry.postings:
        if posting.unit == unit:
            return Cause.OWN_PLACEMENT
    return Cause.OTHER_PLACEMENT


def cause_of_step(step: Entry | Definition, unit: Ags) -> Cause:
    """Why the unit's balance moved at an entry or a definition; a closure is a new rule."""
    if isinstance(step, Definition):
        return CAUSES_OF_CHANGES.get(type(step.change), Cause.NEW_RULE)
    return cause_of(step, unit)
