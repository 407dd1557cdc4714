"""What a quota is: an append-only log of dated changes, and the rules that it folds into."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple, TypeVar

from shared.codes import FIRST_DAY, Ags, Land, Programme, QuotaCode

ANY_PROGRAMME = Programme("*")
"""Stands in a crediting rule for every programme that has no rule of its own that day."""


class Period(StrEnum):
    """How long credits are added up before the count starts again."""

    CONTINUOUS = "continuous"
    YEAR = "year"
    HALF_YEAR = "half-year"


class KeyKind(StrEnum):
    """What the weights of a distribution key are."""

    POPULATION = "population"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class QuotaOpened:
    """The quota exists from here on: continuous, tolerance of 1 person, nothing else yet."""

    name: str
    source: str


@dataclass(frozen=True, slots=True)
class MemberTerm:
    """The unit is a member on all days from `starts` to `ends`, both included; None is open.

    The same unit and `starts` again replaces the term; `ends` before `starts` cancels it.
    """

    unit: Ags
    starts: date
    ends: date | None
    source: str


@dataclass(frozen=True, slots=True)
class CreditingRule:
    """Which share of a person (0 to 1) counts on these days; both ends included, None is open."""

    programme: Programme
    share: Fraction
    starts: date
    ends: date | None
    source: str


@dataclass(frozen=True, slots=True)
class KeyWarning:
    """The percentages of a key add up to `sum`, not to 100, and why that was let pass."""

    fact: str
    sum: str


@dataclass(frozen=True, slots=True)
class KeyVersion:
    """One published distribution key: weights by unit; `published_on` is None where unknown.

    `printed` are the same weights as they were written ("22.50"), as far as that is known.
    """

    id: str
    kind: KeyKind
    valid_from: date
    published_on: date | None
    source: str
    weights: Mapping[Ags, Fraction]
    warnings: tuple[KeyWarning, ...] = ()
    accepted_sum: str | None = None
    printed: Mapping[Ags, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a balance may be off: persons, percent (0 to below 100) of the target, both if both.

    One of the two is set. `release` (at most `persons`, where they are set) is how near 0 a
    balance comes before over or under ends.
    """

    persons: Fraction | None
    percent: Fraction | None
    release: Fraction | None
    source: str

    def __post_init__(self) -> None:
        if self.persons is None and self.percent is None:
            raise ValueError("a tolerance is in persons or percent, or in both")


@dataclass(frozen=True, slots=True)
class PeriodRule:
    """The period that counts: `starts` is the first day of the one that held when it was posted."""

    period: Period
    carry_over: bool
    starts: date
    source: str


@dataclass(frozen=True, slots=True)
class PeriodTurned:
    """A new period began on `starts`; written once at the turn."""

    starts: date


@dataclass(frozen=True, slots=True)
class Closed:
    """Nothing counts after `closed_on`, and the quota crosses no more."""

    closed_on: date
    source: str


Change = (
    QuotaOpened
    | MemberTerm
    | CreditingRule
    | KeyVersion
    | Tolerance
    | PeriodRule
    | PeriodTurned
    | Closed
)


class Definition(NamedTuple):
    """One change of a quota, numbered per Land, applied right after `ledger_sequence`."""

    land: Land
    number: int
    quota: QuotaCode
    ledger_sequence: int
    recorded_at: datetime
    change: Change


DEFAULT_TOLERANCE = Tolerance(Fraction(1), None, None, "default: less than one person is on quota")
DEFAULT_PERIOD = PeriodRule(Period.CONTINUOUS, True, FIRST_DAY, "default: balances run on")


@dataclass(frozen=True, slots=True)
class QuotaRules:
    """One quota as all its definitions so far make it; lists keep what was replaced, in order."""

    land: Land
    quota: QuotaCode
    name: str
    source: str
    log: tuple[Definition, ...]
    terms: tuple[MemberTerm, ...]
    rules: tuple[CreditingRule, ...]
    keys: tuple[KeyVersion, ...]
    tolerance: Tolerance
    period: PeriodRule
    closed_on: date | None

    def units(self) -> list[Ags]:
        """Every unit that was ever named a member, sorted by code: who left stays listed."""
        return sorted({term.unit for term in self.terms})


C = TypeVar("C")


def _changes(log: Iterable[Definition], kind: type[C]) -> tuple[C, ...]:
    return tuple(entry.change for entry in log if isinstance(entry.change, kind))


def fold(definitions: Iterable[Definition]) -> QuotaRules:
    """The rules of one quota from all its definitions in order, the first being QuotaOpened."""
    log = tuple(definitions)
    opened = _changes(log, QuotaOpened)[0]
    return QuotaRules(
        land=log[0].land,
        quota=log[0].quota,
        name=opened.name,
        source=opened.source,
        log=log,
        terms=_changes(log, MemberTerm),
        rules=_changes(log, CreditingRule),
        keys=_changes(log, KeyVersion),
        tolerance=(DEFAULT_TOLERANCE, *_changes(log, Tolerance))[-1],
        period=_period_in_force(log),
        closed_on=(None, *(closed.closed_on for closed in _changes(log, Closed)))[-1],
    )


def _period_in_force(log: Iterable[Definition]) -> PeriodRule:
    period = DEFAULT_PERIOD
    for entry in log:
        if isinstance(entry.change, PeriodRule):
            period = entry.change
        elif isinstance(entry.change, PeriodTurned):
            period = replace(period, starts=entry.change.starts)
    return period
