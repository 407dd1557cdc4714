"""The rules read slowly: everything is counted again, day by day, after every step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from msgspec.structs import astuple

from services.quota.domain.crossings import Crossing
from services.quota.domain.definitions import (
    Change,
    Closed,
    CreditingRule,
    Definition,
    KeyVersion,
    MemberTerm,
    PeriodRule,
    PeriodTurned,
    Tolerance,
)
from shared.codes import Ags, Cause, EntryType, Land, Programme, QuotaCode, Standing
from shared.contracts.ledger import LedgerEntry, PostingData

OVER, ON_QUOTA, UNDER = Standing.OVER, Standing.ON_QUOTA, Standing.UNDER


def holds(rule: MemberTerm | CreditingRule, day: date) -> bool:
    return rule.starts <= day <= (rule.ends or date.max)


def period_of(period: str, day: date) -> tuple[date, date]:
    if period == "year":
        return date(day.year, 1, 1), date(day.year, 12, 31)
    if period == "half-year":
        first = day.month < 7
        return (
            date(day.year, 1 if first else 7, 1),
            date(day.year, 6, 30) if first else date(day.year, 12, 31),
        )
    return date.min, date.max


@dataclass
class NaiveQuota:
    """One quota: a list of changes, and where every unit stood last."""

    changes: list[Change] = field(default_factory=list)
    standings: dict[Ags, Standing] = field(default_factory=dict)

    def terms(self) -> list[MemberTerm]:
        return [change for change in self.changes if isinstance(change, MemberTerm)]

    def members(self, day: date) -> set[Ags]:
        last = {(term.unit, term.starts): term for term in self.terms()}
        return {term.unit for term in last.values() if holds(term, day)}

    def credit(self, programme: Programme, day: date) -> Fraction:
        rules = [change for change in self.changes if isinstance(change, CreditingRule)]
        last = {(rule.programme, rule.starts): rule for rule in rules}
        held = [rule for rule in last.values() if holds(rule, day)]
        for name in (programme, "*"):
            if named := [rule for rule in held if rule.programme == name]:
                return max(named, key=lambda rule: rule.starts).share
        return Fraction(0)

    def shares(self, day: date) -> dict[Ags, Fraction]:
        keys = [change for change in self.changes if isinstance(change, KeyVersion)]
        if not keys:
            return {}
        begun = [key.valid_from for key in keys if key.valid_from <= day]
        chosen = max(begun) if begun else min(key.valid_from for key in keys)
        key = [key for key in keys if key.valid_from == chosen][-1]
        weights = {unit: key.weights.get(unit, Fraction(0)) for unit in self.members(day)}
        whole = sum(weights.values())
        return {unit: weight / whole for unit, weight in weights.items()} if whole else {}

    def counts(self, day: date, valid_on: date | None) -> bool:
        """Whether the day counts now, or as of `valid_on`."""
        period, closed_on = None, date.max
        for change in self.changes:
            match change:
                case PeriodRule():
                    period, starts = change, change.starts
                case PeriodTurned():
                    starts = change.starts
                case Closed():
                    closed_on = change.closed_on
        if day > closed_on or (valid_on and day > valid_on):
            return False
        if period is None:
            return True
        first, last = period_of(period.period, valid_on or starts)
        return day <= last and (period.carry_over or day >= first)

    def sums(
        self, postings: list[PostingData], valid_on: date | None = None
    ) -> dict[Ags, tuple[Fraction, Fraction]]:
        """Credited and target of every unit that was ever named a member."""
        credited = {term.unit: Fraction(0) for term in self.terms()}
        target = dict(credited)
        for unit, programme, day, persons in map(astuple, postings):
            shares = self.shares(day)
            if self.counts(day, valid_on) and unit in shares:
                counted = persons * self.credit(programme, day)
                credited[unit] += counted
                for member, share in shares.items():
                    target[member] += share * counted
        return {unit: (credited[unit], target[unit]) for unit in sorted(credited)}

    def standing(self, balance: Fraction, target: Fraction, before: Standing | None) -> Standing:
        tolerances = [change for change in self.changes if isinstance(change, Tolerance)]
        tolerance = (Tolerance(Fraction(1), None, None, ""), *tolerances)[-1]
        if balance == 0:
            return ON_QUOTA
        side, size = (OVER if balance > 0 else UNDER), abs(balance)
        stays = tolerance.release is not None and size >= tolerance.release
        if stays and before is side:
            return side
        needed = [] if tolerance.persons is None else [tolerance.persons]
        if tolerance.percent is not None and target != 0:
            needed.append(abs(target) * tolerance.percent / 100)
        return side if needed and size >= max(needed) else ON_QUOTA


class NaiveWorld:
    """A Land that remembers every posting and counts them all again after each step."""

    def __init__(self) -> None:
        self.sequence = self.definition = 0
        self.quotas: dict[QuotaCode, NaiveQuota] = {}
        self.postings: list[PostingData] = []
        self.crossings: list[Crossing] = []

    def apply(self, entry: LedgerEntry) -> list[Crossing]:
        self.sequence = entry.sequence
        self.postings += entry.postings
        posted = {posting.unit for posting in entry.postings}
        causes = {
            EntryType.RECORDED: None,
            EntryType.CORRECTED: Cause.CORRECTION,
            EntryType.WITHDRAWN: Cause.CORRECTION,
            EntryType.TRANSFERRED: Cause.TRANSFER,
        }
        before = len(self.crossings)
        for quota in sorted(self.quotas):
            self._cross(quota, causes[entry.type], posted)
        return self.crossings[before:]

    def define(self, definition: Definition, cause: Cause | None) -> list[Crossing]:
        self.definition = definition.number
        quota = self.quotas.setdefault(definition.quota, NaiveQuota())
        quota.changes.append(definition.change)
        before = len(self.crossings)
        self._cross(definition.quota, cause, set())
        return self.crossings[before:]

    def _cross(self, code: QuotaCode, cause: Cause | None, posted: set[Ags]) -> None:
        quota = self.quotas[code]
        for unit, (credited, target) in quota.sums(self.postings).items():
            before = quota.standings.get(unit, ON_QUOTA)
            after = quota.standing(credited - target, target, before)
            quota.standings[unit] = after
            closed = any(isinstance(change, Closed) for change in quota.changes)
            if before is not after and not closed:
                own = Cause.OWN_PLACEMENT if unit in posted else Cause.OTHER_PLACEMENT
                numbers = (credited, target, credited - target)
                place = (self.sequence, self.definition)
                number = len(self.crossings) + 1
                self.crossings.append(
                    Crossing(
                        Land("01"),
                        number,
                        code,
                        unit,
                        before,
                        after,
                        *numbers,
                        cause or own,
                        *place,
                    )
                )

    def daily(self) -> Mapping[tuple[Ags, Programme, date], int]:
        summed: dict[tuple[Ags, Programme, date], int] = {}
        for unit, programme, day, persons in map(astuple, self.postings):
            place = (unit, programme, day)
            summed[place] = summed.get(place, 0) + persons
        return summed
