"""Stretches: runs of days with one key and one set of members, and which days count."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from math import gcd, lcm

from services.quota.domain.definitions import (
    KeyVersion,
    MemberTerm,
    Period,
    PeriodRule,
    QuotaRules,
)
from shared.codes import Ags

DAY = timedelta(days=1)
NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Window:
    """The days that count, both ends included; a last day before the first means none."""

    first: date = date.min
    last: date = date.max


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both included, with one key and one set of members."""

    first: date
    last: date
    key: KeyVersion
    members: frozenset[Ags]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Counted days with one key and one set of members; a member's share is weight ÷ whole."""

    starts: date
    ends: date
    key: KeyVersion
    weights: Mapping[Ags, int]
    whole: int


def period_holding(period: Period, day: date) -> Window:
    """The year or half-year that holds the day; all days where balances run on."""
    if period is Period.CONTINUOUS:
        return Window()
    if period is Period.YEAR:
        return Window(date(day.year, 1, 1), date(day.year, 12, 31))
    if day.month <= 6:
        return Window(date(day.year, 1, 1), date(day.year, 6, 30))
    return Window(date(day.year, 7, 1), date(day.year, 12, 31))


def counted_days(rules: QuotaRules) -> Window:
    """The days that count now: of the latest period, or up to its end with carry-over."""
    return _before_closure(rules, _counted_in(rules.period, rules.period.starts))


def counted_days_on(rules: QuotaRules, day: date) -> Window:
    """The days that count in the period that holds the day, up to that day."""
    window = _counted_in(rules.period, day)
    return _before_closure(rules, replace(window, last=day))


def _counted_in(rule: PeriodRule, day: date) -> Window:
    window = period_holding(rule.period, day)
    return Window(last=window.last) if rule.carry_over else window


def _before_closure(rules: QuotaRules, window: Window) -> Window:
    if rules.closed_on is None:
        return window
    return replace(window, last=min(window.last, rules.closed_on))


def terms_in_force(terms: Iterable[MemberTerm]) -> list[MemberTerm]:
    """The terms that were neither replaced (same unit and first day) nor cancelled."""
    latest = {(term.unit, term.starts): term for term in terms}
    return [term for term in latest.values() if term.ends is None or term.ends >= term.starts]


def keys_in_force(keys: Iterable[KeyVersion]) -> list[tuple[date, KeyVersion]]:
    """First day and key, oldest first; the first key also holds for all days before it."""
    latest = {key.valid_from: key for key in keys}
    ordered = sorted(latest.items())
    return [(date.min, key) for _, key in ordered[:1]] + ordered[1:]


def spans(rules: QuotaRules) -> list[Span]:
    """All days that have a key and members, oldest first, in runs as long as possible."""
    joined: list[Span] = []
    for span in _pieces(rules):
        if joined and _goes_on(joined[-1], span):
            joined[-1] = replace(joined[-1], last=span.last)
        else:
            joined.append(span)
    return [span for span in joined if span.members]


def _goes_on(span: Span, following: Span) -> bool:
    return span.key is following.key and span.members == following.members


def _pieces(rules: QuotaRules) -> Iterator[Span]:
    """Every run of days between two dates of the rules, without gaps; none without a key."""
    keys = dict(keys_in_force(rules.keys))
    if not keys:
        return
    moves = _moves(rules.terms)
    firsts = sorted(keys.keys() | moves.keys())
    lasts = [*(first - DAY for first in firsts[1:]), date.max]
    terms: dict[Ags, int] = defaultdict(int)
    key = keys[date.min]
    for first, last in zip(firsts, lasts, strict=True):
        for unit, more in moves.get(first, ()):
            terms[unit] += more
        key = keys.get(first, key)
        members = frozenset(unit for unit, held in terms.items() if held)
        yield Span(first, last, key, members)


def _moves(terms: Iterable[MemberTerm]) -> dict[date, list[tuple[Ags, int]]]:
    """Day by day, whose terms begin to hold (1) or no longer hold (-1)."""
    moves: dict[date, list[tuple[Ags, int]]] = defaultdict(list)
    for term in terms_in_force(terms):
        moves[term.starts].append((term.unit, 1))
        if term.ends is not None and term.ends < date.max:
            moves[term.ends + DAY].append((term.unit, -1))
    return moves


def span_on(rules: QuotaRules, day: date) -> Span | None:
    """The run of days that holds the day, or None where it has no key or no member."""
    return next((span for span in spans(rules) if span.first <= day <= span.last), None)


def stretches_in(rules: QuotaRules, window: Window) -> list[Stretch]:
    """The stretches of the days that count, oldest first; none where nobody has a weight."""
    stretches = []
    for span in spans(rules):
        first, last = max(span.first, window.first), min(span.last, window.last)
        weights = whole_weights(span)
        if first <= last and any(weights.values()):
            stretches.append(Stretch(first, last, span.key, weights, sum(weights.values())))
    return stretches


def whole_weights(span: Span) -> dict[Ags, int]:
    """The members' weights in the smallest integers; 0 for a member that the key misses."""
    units, weights = sorted(span.members), span.key.weights
    ratios = [weights.get(unit, NOTHING).as_integer_ratio() for unit in units]
    scale = lcm(*{below for _, below in ratios})
    scaled = [above * (scale // below) for above, below in ratios]
    divisor = gcd(*scaled) or 1
    return {unit: weight // divisor for unit, weight in zip(units, scaled, strict=True)}


def parts_of(stretches: Sequence[Stretch]) -> tuple[int, dict[Ags, tuple[int, ...]]]:
    """A common denominator of all shares, and each unit's share of each stretch in it."""
    whole = lcm(*(stretch.whole for stretch in stretches))
    units = set[Ags]().union(*(stretch.weights for stretch in stretches))
    shares = [_parts_in(stretch, whole // stretch.whole, units) for stretch in stretches]
    return whole, dict(zip(units, zip(*shares, strict=True), strict=True))


def _parts_in(stretch: Stretch, factor: int, units: Iterable[Ags]) -> list[int]:
    weights = stretch.weights
    return [weights.get(unit, 0) * factor for unit in units]
