"""The shapes of what quota shows, for its description; nothing is encoded by them."""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from documents.words import (
    After,
    Count,
    Cursor,
    Day,
    Fraction,
    Id,
    Instant,
    LandCode,
    Name,
    Number,
    Programme,
    Quota,
    Source,
    Text,
    Unit,
)
from services.quota.domain.definitions import KeyKind, Period
from shared.codes import Cause, Standing
from shared.contracts.crossings import Balance, Credited, CrossingData, ExactData, Target

Open: TypeAlias = Annotated[
    Day | None, Meta(examples=[None], description="The last day, null is open.")
]
First: TypeAlias = Annotated[Day | None, Meta(examples=[None], description="Null is open.")]
ProgrammeOrAll = Annotated[str, Meta(examples=["safe-harbour"], description="`*`: all others.")]
Share: TypeAlias = Annotated[
    ExactData, Meta(examples=[{"exact": "22541/138372", "decimal": "0.163"}])
]
KeyId = Annotated[str, Meta(examples=["sh-regular-population-2019-12-31"])]
Persons = Annotated[int, Meta(examples=[3])]


class Known(Struct):
    """Since when it is known: its number, after which entry it was applied, and the instant."""

    definition: Number
    ledger_sequence: Count
    recorded_at: Instant


class MemberShown(Struct):
    """A unit's term; `to` before `from` cancels it."""

    unit: Unit
    starts: Day = msgspec.field(name="from")
    ends: Open = msgspec.field(name="to")
    source: Source
    known: Known


class RuleShown(Struct):
    """Which share of every person of a programme counts."""

    programme: ProgrammeOrAll
    share: Fraction
    starts: Day = msgspec.field(name="from")
    ends: Open = msgspec.field(name="to")
    source: Source
    known: Known


class ToleranceShown(Struct):
    """How far a balance may be off, in persons and in percent of the target."""

    persons: Annotated[Fraction | None, Meta(examples=["1"])]
    percent: Annotated[Fraction | None, Meta(examples=[None])]
    release: Annotated[Fraction | None, Meta(examples=[None])]
    source: Source
    known: Known


class PeriodShown(Struct):
    """How long credits add up; `from` is the first day of the period that counts."""

    period: Period
    carry_over: bool
    starts: Day = msgspec.field(name="from")
    source: Source
    known: Known


class WarningShown(Struct):
    """Percentages that miss 100, and why that was let pass."""

    fact: Annotated[str, Meta(examples=["sum-is-rounded"])]
    sum: Annotated[str, Meta(examples=["99.9"])]


class KeyShown(Struct):
    """One published distribution key, weights by unit."""

    id: KeyId
    kind: Annotated[KeyKind, Meta(examples=["population"])]
    valid_from: Day
    published_on: Day | None
    recorded_at: Instant
    source: Source
    weights: Annotated[
        dict[str, str], Meta(examples=[{"01001": "90164", "01002": "246794", "01003": "216530"}])
    ]
    warnings: list[WarningShown]
    accepted_sum: Annotated[str | None, Meta(examples=[None])]
    known: Known


class ClosureShown(Struct):
    """The last day that counts."""

    closed_on: Day
    source: Source
    known: Known


class QuotaShown(Struct):
    """A quota and everything that ever defined it, in the order of application."""

    quota: Quota
    land: LandCode
    name: Name
    source: Source
    members: list[MemberShown]
    rules: list[RuleShown]
    tolerances: list[ToleranceShown]
    periods: list[PeriodShown]
    keys: list[KeyShown]
    closures: list[ClosureShown]


class QuotaPage(Struct):
    """A page of quotas by code."""

    items: list[QuotaShown]
    next: Cursor


class AsOfShown(Struct):
    """The place that answers, and the clocks as they were asked for."""

    sequence: Count
    definition: Count
    valid_on: Annotated[Day | None, Meta(examples=[None])]
    known_at: Annotated[Instant | None, Meta(examples=[None])]


class BalanceShown(Struct):
    """One unit: balance = credited − target; positive is over."""

    unit: Unit
    name: Name
    share: Share
    credited: Credited
    target: Target
    balance: Balance
    standing: Annotated[Standing, Meta(examples=["over"])]
    fulfilment_percent: Annotated[
        str | None, Meta(examples=["113.9"], description="Credited ÷ target, null at target 0.")
    ]


class BoardShown(Struct):
    """Where every unit stands; the balances sum to zero, exactly."""

    quota: Quota
    land: LandCode
    as_of: AsOfShown
    total: ExactData
    units: list[BalanceShown]


class TrialShown(Struct):
    """What a key would change; nothing was recorded."""

    balances: BoardShown
    crossings: list[CrossingData]
    warnings: list[WarningShown]


class RuleUsed(Struct):
    """The crediting rule that counted these people."""

    share: ExactData
    source: Source
    starts: Day = msgspec.field(name="from")
    ends: Open = msgspec.field(name="to")


class CreditShown(Struct):
    """People of one programme by one rule."""

    programme: Programme
    persons: Persons
    rule: RuleUsed
    credited: ExactData


class KeyUsed(Struct):
    """The key of a stretch of days."""

    id: KeyId
    source: Source
    valid_from: Day
    published_on: Day | None


class StretchShown(Struct):
    """Days with one key and one set of members: target = share × total."""

    starts: First = msgspec.field(name="from")
    ends: Open = msgspec.field(name="to")
    key: KeyUsed
    share: ExactData
    total: ExactData
    target: ExactData


class PostingShown(Struct):
    """A posting of the unit; who may not see the unit's placements is not shown which."""

    sequence: Number
    programme: Programme
    effective_on: Day
    persons: Persons
    placement: Id | UnsetType = UNSET


class PostingPage(Struct):
    """A page of postings, oldest first."""

    items: list[PostingShown]
    next: Cursor


class ExplanationShown(Struct):
    """The whole arithmetic: what was credited by which rule, owed in which stretch of days."""

    quota: Quota
    unit: Unit
    as_of: AsOfShown
    share: Share
    credited: Credited
    target: Target
    balance: Balance
    standing: Annotated[Standing, Meta(examples=["over"])]
    credited_by: list[CreditShown]
    stretches: list[StretchShown]
    entries: PostingPage
    formula: Text


class MoveShown(Struct):
    """What was known of a balance after an entry or definition that moved it."""

    sequence: Count
    definition: Count
    recorded_at: Instant
    cause: Annotated[Cause, Meta(examples=["own-placement"])]
    credited: Credited
    target: Target
    balance: Balance
    standing: Annotated[Standing, Meta(examples=["over"])]


class MovePage(Struct):
    """A page of moves, oldest first."""

    items: list[MoveShown]
    next: Cursor


class CrossingPage(Struct):
    """A page of one quota's crossings, oldest first."""

    items: list[CrossingData]
    next: Cursor


class CrossingFeed(Struct):
    """A Land's crossings in the order of application, without gaps."""

    items: list[CrossingData]
    next: After
