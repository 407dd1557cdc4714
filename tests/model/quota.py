"""One quota as it is defined now, and what its members' balances are for a list of postings."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from tests.model.definitions import Definition
from tests.model.standings import Tolerance

Posting = Mapping[str, Any]
Place = tuple[str, str, str]
"""A unit, a programme and a day."""
Account = tuple[str, int, int, date]
"""A unit, the credited part of a person as a ratio, and a day with the same shares."""
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Sums:
    """What a unit took in and should have; persons, exact. Positive balance: over."""

    credited: Fraction
    target: Fraction

    @property
    def balance(self) -> Fraction:
        return self.credited - self.target


def remembered(question: Callable[P, T]) -> Callable[P, T]:
    """Keep a quota's answers about a day until something is defined: only for speed."""

    @wraps(question)
    def ask(*asked: P.args, **named: P.kwargs) -> T:
        quota: Any = asked[0]
        place = question.__name__, asked[1:]
        if place not in quota.answers:
            quota.answers[place] = question(*asked, **named)
        answer: T = quota.answers[place]
        return answer

    return ask


@dataclass
class Quota:
    """Definitions in the order of their recording; every question reads all of them again."""

    keys: list[Mapping[str, Any]] = field(default_factory=list)
    members: list[Mapping[str, Any]] = field(default_factory=list)
    rules: list[Mapping[str, Any]] = field(default_factory=list)
    tolerance: Tolerance = field(default_factory=Tolerance)
    period: Mapping[str, Any] = field(default_factory=lambda: {"period": "continuous"})
    closed_on: date | None = None
    answers: dict[Any, Any] = field(default_factory=dict)

    def define(self, definition: Definition) -> None:
        self.answers.clear()
        value = definition.value
        match definition.kind:
            case "key":
                self.keys.append(value)
            case "member":
                self.members.append(value)
            case "rule":
                self.rules.append(value)
            case "tolerance":
                self.tolerance = Tolerance.of(value)
            case "period":
                self.period = value
            case "closure":
                self.closed_on = date.fromisoformat(value["closed_on"])
            case unknown:
                raise ValueError(f"no such kind of definition: {unknown}")

    def units(self) -> list[str]:
        """Every unit that any member term names, by code."""
        return sorted({term["unit"] for term in self.members})

    @remembered
    def members_on(self, day: date) -> frozenset[str]:
        """Of terms with the same unit and `from` the last holds; those that hold are united."""
        terms = {(term["unit"], term["from"]): term for term in self.members}
        return frozenset(term["unit"] for term in terms.values() if holds(term, day))

    @remembered
    def credit_on(self, day: date, programme: str) -> Fraction:
        """The part of a person that is credited: 0 where no rule holds."""
        rules = {(rule["programme"], rule["from"]): rule for rule in self.rules}
        for name in (programme, "*"):
            held = [r for r in rules.values() if r["programme"] == name and holds(r, day)]
            if held:
                return Fraction(max(held, key=lambda rule: rule["from"] or "")["share"])
        return Fraction(0)

    @remembered
    def key_on(self, day: date) -> Mapping[str, Any]:
        """The latest `valid_from` up to the day, the last recorded of it; before all the first."""
        begun = [key for key in self.keys if date.fromisoformat(key["valid_from"]) <= day]
        wanted = (
            max(key["valid_from"] for key in begun)
            if begun
            else min(key["valid_from"] for key in self.keys)
        )
        return [key for key in self.keys if key["valid_from"] == wanted][-1]

    @remembered
    def shares_on(self, day: date) -> dict[str, Fraction]:
        """Unit → its share of that day's credited people; the shares of the members sum to 1."""
        members = self.members_on(day)
        if not members or not self.keys:
            return {}
        weights = {unit: Fraction(self.key_on(day)["weights"][unit]) for unit in members}
        return {unit: weight / sum(weights.values()) for unit, weight in weights.items()}

    @remembered
    def counts(self, day: date) -> bool:
        """Whether there are shares at all, and period and closure let that day count."""
        if not self.keys:
            return False
        if self.closed_on is not None and day > self.closed_on:
            return False
        if self.period["period"] == "continuous":
            return True
        first = date.fromisoformat(self.period["from"])
        last = last_day_of_period(self.period["period"], first)
        return day <= last and (bool(self.period["carry_over"]) or day >= first)

    @remembered
    def account_of(self, place: Place) -> Account | None:
        """Where people of that place are counted; None: nowhere."""
        unit, programme, effective_on = place
        day = date.fromisoformat(effective_on)
        if not self.counts(day) or unit not in self.members_on(day):
            return None
        credit = self.credit_on(day, programme)
        stretch = self.key_on(day)["valid_from"], self.members_on(day)
        same_shares = self.answers.setdefault(stretch, day)
        return (unit, *credit.as_integer_ratio(), same_shares) if credit else None

    def sums(self, persons: Mapping[Place, int]) -> dict[str, Sums]:
        """Every unit's credited and target over all days that count."""
        accounts: Counter[Account | None] = Counter()
        for place, number in persons.items():
            accounts[self.account_of(place)] += number
        del accounts[None]
        credited = {unit: Fraction(0) for unit in self.units()}
        totals: defaultdict[date, Fraction] = defaultdict(Fraction)
        for account, number in accounts.items():
            unit, numerator, denominator, day = cast("Account", account)
            counted = Fraction(number * numerator, denominator)
            credited[unit] += counted
            totals[day] += counted
        targets = self._targets(totals)
        return {unit: Sums(credited[unit], targets[unit]) for unit in credited}

    def _targets(self, totals: Mapping[date, Fraction]) -> defaultdict[str, Fraction]:
        targets: defaultdict[str, Fraction] = defaultdict(Fraction)
        for day, total in totals.items():
            for unit, share in self.shares_on(day).items():
                targets[unit] += share * total
        return targets


def summed(postings: Iterable[Posting]) -> Counter[Place]:
    """(unit, programme, day) → persons over all postings, signed."""
    counted: Counter[Place] = Counter()
    for posting in postings:
        place = posting["unit"], posting["programme"], posting["effective_on"]
        counted[place] += posting["persons"]
    return counted


def holds(term: Mapping[str, Any], day: date) -> bool:
    """Whether the day lies in `from` to `to`, both included; null is open."""
    begun = term["from"] is None or date.fromisoformat(term["from"]) <= day
    return begun and (term["to"] is None or day <= date.fromisoformat(term["to"]))


def last_day_of_period(period: str, first: date) -> date:
    """The last day of the year, or half-year, that the day lies in."""
    if period == "half-year" and first.month <= 6:
        return date(first.year, 6, 30)
    return date(first.year, 12, 31)
