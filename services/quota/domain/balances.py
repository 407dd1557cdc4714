"""Balances: what each unit took in, what its share asks of it, and the difference."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from operator import mul

from services.quota.domain.counts import BooksDoNotBalance, Counts, Daily
from services.quota.domain.definitions import QuotaRules
from services.quota.domain.plan import Plan, plan_of
from services.quota.domain.standing import ON_QUOTA
from services.quota.domain.stretches import counted_days_on, span_on, whole_weights
from services.quota.domain.tally import QuotaTally
from shared.codes import Ags, Standing


@dataclass(frozen=True, slots=True)
class Balance:
    """One unit's numbers, exact: persons, and its share of the day that was asked for."""

    unit: Ags
    share: Fraction
    credited: Fraction
    target: Fraction
    balance: Fraction
    standing: Standing


@dataclass(frozen=True, slots=True)
class Board:
    """All units ever named members, sorted by code; their balances sum to 0."""

    total: Fraction
    units: list[Balance]


def board(rules: QuotaRules, counts: Counts, on: date) -> Board:
    """The balances as counted, beside the shares of the key and members valid on that day.

    Raises BooksDoNotBalance where the balances do not sum to 0.
    """
    return board_of(plan_of(rules), counts, on)


def board_valid_on(rules: QuotaRules, daily: Daily, on: date) -> Board:
    """The balances of the days up to that one, in the period that holds it; without a release."""
    plan, counts = counted_until(rules, daily, on)
    return board_of(plan, counts, on)


def counted_until(rules: QuotaRules, daily: Daily, on: date) -> tuple[Plan, Counts]:
    """The plan of the days up to that one, in the period that holds it, and what they count."""
    plan = plan_of(rules, counted_days_on(rules, on))
    tally = QuotaTally(plan)
    tally.restate(daily, {})
    return plan, tally.counts()


def board_of(plan: Plan, counts: Counts, on: date) -> Board:
    """The balances by a plan and what was counted by it; BooksDoNotBalance if they miss 0."""
    person = plan.whole * counts.scale
    totals = [counts.totals.get(stretch.starts, 0) for stretch in plan.stretches]
    credited = [counts.credited.get(unit, 0) * plan.whole for unit in plan.units]
    targets = [sum(map(mul, parts, totals)) for parts in plan.parts]
    if sum(credited) != sum(targets):
        shared_out = Fraction(sum(targets), person)
        raise BooksDoNotBalance(plan.rules.quota, Fraction(sum(credited), person), shared_out)
    shares = shares_on(plan.rules, on)
    units = [
        Balance(
            unit=unit,
            share=shares.get(unit, Fraction(0)),
            credited=Fraction(had, person),
            target=Fraction(owed, person),
            balance=Fraction(had - owed, person),
            standing=counts.standings.get(unit, ON_QUOTA),
        )
        for unit, had, owed in zip(plan.units, credited, targets, strict=True)
    ]
    return Board(Fraction(sum(credited), person), units)


def shares_on(rules: QuotaRules, day: date) -> dict[Ags, Fraction]:
    """The members' shares by the key of that day; they sum to 1, or nobody has one."""
    span = span_on(rules, day)
    weights = whole_weights(span) if span else {}
    whole = sum(weights.values())
    return {unit: Fraction(weight, whole) for unit, weight in weights.items() if weight}


def fulfilment_percent(credited: Fraction, target: Fraction) -> str | None:
    """Credited ÷ target in percent, one decimal, half to even; None at a target of 0."""
    if target == 0:
        return None
    tenths = round(credited / target * 1000)
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}"
