"""Why a unit's numbers are what they are: credits by rule, targets by stretch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from services.quota.domain.counts import Counts, Daily
from services.quota.domain.definitions import CreditingRule, KeyVersion
from services.quota.domain.plan import Plan
from shared.codes import Ags, Programme


@dataclass(frozen=True, slots=True)
class CreditedBy:
    """People of one programme that one rule credits; persons as they came, credited exact."""

    programme: Programme
    persons: int
    rule: CreditingRule
    credited: Fraction


@dataclass(frozen=True, slots=True)
class StretchShare:
    """A unit's part of what was credited to all members on days with one key and member set."""

    starts: date
    ends: date
    key: KeyVersion
    share: Fraction
    total: Fraction
    target: Fraction


def counted_rule(plan: Plan, unit: Ags, programme: Programme, day: date) -> CreditingRule | None:
    """The rule by which a posting counts; None where it doesn't: no rule, no member, no period."""
    if unit not in plan.place_of(day)[1]:
        return None
    return plan.crediting.rule_on(programme, day)


def credited_by(plan: Plan, daily: Daily, unit: Ags) -> list[CreditedBy]:
    """The unit's credits by programme and rule, sorted by programme, then the rule's first day."""
    sums: dict[tuple[Programme, CreditingRule], int] = {}
    for (owner, programme, day), persons in daily.items():
        if owner == unit and (rule := counted_rule(plan, unit, programme, day)):
            sums[programme, rule] = sums.get((programme, rule), 0) + persons
    found = [
        CreditedBy(programme, persons, rule, rule.share * persons)
        for (programme, rule), persons in sums.items()
    ]
    return sorted(found, key=lambda each: (each.programme, each.rule.starts))


def stretch_shares(plan: Plan, counts: Counts, unit: Ags) -> list[StretchShare]:
    """The unit's target, stretch by stretch; they add up to it."""
    return [
        _stretch_share(plan, counts.totals, counts.scale, unit, number)
        for number in range(len(plan.stretches))
    ]


def _stretch_share(
    plan: Plan, totals: Mapping[date, int], scale: int, unit: Ags, number: int
) -> StretchShare:
    stretch = plan.stretches[number]
    share = Fraction(stretch.weights.get(unit, 0), stretch.whole)
    total = Fraction(totals.get(stretch.starts, 0), scale)
    return StretchShare(stretch.starts, stretch.ends, stretch.key, share, total, share * total)
