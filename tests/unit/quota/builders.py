"""Postings, entries, definitions and worlds that are valid unless a test says otherwise."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from fractions import Fraction

from services.quota.domain.counts import Position
from services.quota.domain.crossings import Crossing
from services.quota.domain.definitions import (
    ANY_PROGRAMME,
    Change,
    Closed,
    CreditingRule,
    Definition,
    KeyKind,
    KeyVersion,
    MemberTerm,
    Period,
    PeriodRule,
    QuotaOpened,
    QuotaRules,
    Tolerance,
    fold,
)
from services.quota.domain.world import World
from shared.codes import FIRST_DAY, Ags, EntryType, Land, Programme, QuotaCode
from shared.contracts.ledger import LedgerEntry, PostingData

SH = Land("01")
ALLIANCE, REGULAR = QuotaCode("sh-alliance"), QuotaCode("sh-regular")
FLENSBURG, KIEL, LUEBECK = Ags("01001"), Ags("01002"), Ags("01003")
POPULATION = {FLENSBURG: 90164, KIEL: 246794, LUEBECK: 216530}
"""31.12.2019"""
SAFE_HARBOUR, ASYLUM = Programme("safe-harbour"), Programme("asylum")
RECORDED_AT = datetime(2023, 5, 2, 8, 15, 30, tzinfo=UTC)
SOURCE = "a letter of the ministry"

Exact = int | str | Fraction


def a_posting(
    unit: Ags = FLENSBURG,
    persons: int = 3,
    on: date = date(2023, 5, 1),
    programme: Programme = SAFE_HARBOUR,
) -> PostingData:
    return PostingData(unit, programme, on, persons)


def an_entry(
    sequence: int = 1, *postings: PostingData, entry_type: EntryType = EntryType.RECORDED
) -> LedgerEntry:
    return LedgerEntry(
        land="01",
        sequence=sequence,
        type=entry_type,
        placement=f"placement {sequence}",
        recorded_at=RECORDED_AT,
        corrects=None,
        reason=None,
        postings=postings or (a_posting(),),
        previous_hash=f"{sequence - 1:064x}",
        hash=f"{sequence:064x}",
    )


def a_term(unit: Ags = FLENSBURG, starts: date = FIRST_DAY, ends: date | None = None) -> MemberTerm:
    return MemberTerm(unit, starts, ends, SOURCE)


def a_rule(
    programme: str = ANY_PROGRAMME,
    share: Exact = 1,
    starts: date = FIRST_DAY,
    ends: date | None = None,
) -> CreditingRule:
    return CreditingRule(Programme(programme), Fraction(share), starts, ends, SOURCE)


def a_key(
    weights: Mapping[Ags, Exact] = POPULATION,
    valid_from: date = date(2019, 12, 31),
    key_id: str | None = None,
    kind: KeyKind = KeyKind.POPULATION,
) -> KeyVersion:
    exact = {unit: Fraction(weight) for unit, weight in weights.items()}
    return KeyVersion(key_id or f"key of {valid_from}", kind, valid_from, valid_from, SOURCE, exact)


def a_tolerance(
    persons: Exact | None = 1,
    percent: Exact | None = None,
    release: Exact | None = None,
    source: str = SOURCE,
) -> Tolerance:
    return Tolerance(_optional(persons), _optional(percent), _optional(release), source)


def _optional(number: Exact | None) -> Fraction | None:
    return None if number is None else Fraction(number)


def a_period(
    period: Period = Period.YEAR, starts: date = date(2023, 1, 1), *, carry_over: bool = False
) -> PeriodRule:
    return PeriodRule(period, carry_over, starts, SOURCE)


def a_closure(closed_on: date = date(2023, 12, 31)) -> Closed:
    return Closed(closed_on, SOURCE)


def an_opening(name: str = "Städte Sicherer Häfen") -> QuotaOpened:
    return QuotaOpened(name, SOURCE)


def definitions(*changes: Change, quota: QuotaCode = ALLIANCE) -> list[Definition]:
    """The log of one quota, opened first, before the first entry."""
    numbered = enumerate((an_opening(), *changes), 1)
    return [a_definition(number, change, quota) for number, change in numbered]


def a_definition(
    number: int, change: Change, quota: QuotaCode = ALLIANCE, ledger_sequence: int = 0
) -> Definition:
    return Definition(SH, number, quota, ledger_sequence, RECORDED_AT, change)


def numbered(*logs: tuple[QuotaCode, list[Change]]) -> list[Definition]:
    """Several quotas' changes, opened first, in one log."""
    changes = [(quota, change) for quota, log in logs for change in (an_opening(), *log)]
    return [
        a_definition(number, change, quota) for number, (quota, change) in enumerate(changes, 1)
    ]


def terms(units: Iterable[Ags] = POPULATION) -> list[MemberTerm]:
    return [a_term(unit) for unit in units]


def some_rules(*changes: Change) -> QuotaRules:
    """The alliance's three cities, everything credited, population key, and what is added."""
    return fold(definitions(*terms(), a_rule(), a_key(), *changes))


def a_world(*changes: Change) -> World:
    """One quota as in `some_rules`, before the first entry."""
    return world_of(definitions(*terms(), a_rule(), a_key(), *changes))


def world_of(log: list[Definition]) -> World:
    """A world with these definitions, before the first entry."""
    return World.load(SH, Position(definition=len(log)), log, {})


def applied(world: World, *postings: PostingData) -> list[Crossing]:
    """Every posting as an entry of its own; the crossings of all of them."""
    first = world.position.sequence + 1
    entries = [an_entry(sequence, posting) for sequence, posting in enumerate(postings, first)]
    return [crossing for entry in entries for crossing in world.apply(entry)]
