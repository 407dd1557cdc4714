"""The running tally of one quota: an entry costs what it moves, not how many units there are."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from operator import mul

from services.quota.domain.counts import BooksDoNotBalance, Counts, Daily
from services.quota.domain.plan import Place, Plan
from services.quota.domain.standing import ON_QUOTA
from services.quota.domain.thresholds import Thresholds
from shared.codes import Ags, Programme, Standing

Moved = tuple[int, Standing]
"""A unit's number and the standing that it left."""


class QuotaTally:
    """Credits, totals and standings of one quota, in the integers of its plan.

    It begins with `load` or `restate`, which look at every unit once. After that a unit is looked
    at when it was posted, or when a meter passes its bound. The meters say how far totals have
    moved: no target rises by more than its unit's largest part × the growth of `_rise`, none falls
    by more than that × the growth of `_fall`. With one stretch they are its total and the negative
    of it. With several they add up all that came and all that went. A bound may be early, never
    late: a unit that has passed its bound is looked at, and waits for the next one.
    """

    __slots__ = (
        "_changed_totals", "_changed_units", "_credited", "_days", "_fall", "_falls", "_is_exact",
        "_largest", "_parts", "_rise", "_rises", "_standings", "_totals", "_whole", "plan",
        "touched",
    )  # fmt: skip

    def __init__(self, plan: Plan) -> None:
        units = len(plan.units)
        self.plan = plan
        self._changed_units: set[int] = set()
        self._changed_totals: set[int] = set()
        self._credited = [0] * units
        self._standings = [ON_QUOTA] * units
        self._totals = [0] * len(plan.stretches)
        self._whole, self._parts = plan.whole, plan.parts
        self._largest = list(map(max, plan.parts)) if plan.stretches else [0] * units
        self._is_exact = len(plan.stretches) == 1
        self._rise = self._fall = 0
        self._rises, self._falls = Thresholds(units), Thresholds(units)
        self.touched: list[int] = []
        self._days: dict[date, Place] = {}

    def count(self, unit: Ags, programme: Programme, day: date, persons: int) -> None:
        """Credit people (signed) if the day counts, the unit is a member and a rule says so."""
        place = self._days.get(day)
        if place is None:
            place = self._days[day] = self.plan.place_of(day)
        stretch, members, shares = place
        number = members.get(unit)
        if number is None:
            return
        share = shares.get(programme)
        if share is None:
            share = shares[programme] = self.plan.crediting.scaled_share(programme, day)
        if not share:
            return
        amount = share * persons
        self._credited[number] += amount
        self._totals[stretch] += amount
        self.touched.append(number)
        self._changed_totals.add(stretch)
        if self._is_exact or amount > 0:
            self._rise += amount
        if self._is_exact or amount < 0:
            self._fall -= amount

    def settle(self) -> list[Moved]:
        """Move the standings on after all that was counted; who moved, by number."""
        posted, self.touched = self.touched, []
        self._changed_units.update(posted)
        moved = self._move_on(posted)
        if passed := self._rises.take_passed(self._rise):
            moved += self._move_on(passed)
        if passed := self._falls.take_passed(self._fall):
            moved += self._move_on(passed)
        moved.sort()
        return moved

    def restate(self, daily: Daily, standings: Mapping[Ags, Standing]) -> list[Moved]:
        """Count everything anew from the daily sums, and move on from these standings."""
        for (unit, programme, day), persons in daily.items():
            self.count(unit, programme, day, persons)
        self.touched = []
        self._standings = [standings.get(unit, ON_QUOTA) for unit in self.plan.units]
        return self._move_on(range(len(self.plan.units)))

    def load(self, counts: Counts) -> None:
        """Go on from stored counts; raises BooksDoNotBalance where they can't be right."""
        units, stretches = self.plan.units, self.plan.stretches
        self._credited = [counts.credited.get(unit, 0) for unit in units]
        self._totals = [counts.totals.get(stretch.starts, 0) for stretch in stretches]
        self._standings = [counts.standings.get(unit, ON_QUOTA) for unit in units]
        self._check(counts.scale)
        # Whose stored standing can't be right crosses at the next entry.
        self.touched = [n for n, kept in enumerate(self._standings) if self._look_at(n) is not kept]

    def _check(self, scale: int) -> None:
        quota, expected = self.plan.rules.quota, self.plan.crediting.scale
        if scale != expected:
            raise BooksDoNotBalance(quota, f"in parts of 1/{scale}", f"in parts of 1/{expected}")
        credited, shared_out = sum(self._credited), sum(self._totals)
        if credited != shared_out:
            raise BooksDoNotBalance(quota, credited, shared_out)

    def _move_on(self, numbers: Iterable[int]) -> list[Moved]:
        moved = []
        standings = self._standings
        for number in numbers:
            before, after = standings[number], self._look_at(number)
            if after is not before:
                standings[number] = after
                self._changed_units.add(number)
                moved.append((number, before))
        return moved

    def _look_at(self, number: int) -> Standing:
        """The unit's standing now; it will be looked at again before it can have left it."""
        credited, target = self._in_small(number)
        after, (low, high) = self.plan.band.place(self._standings[number], credited, target)
        if largest := self._largest[number]:
            if low is not None:
                self._falls.wait(number, self._fall + (target - low) // largest)
            if high is not None:
                self._rises.wait(number, self._rise + (high - target) // largest)
        return after

    def _in_small(self, number: int) -> tuple[int, int]:
        """Credited and target in the plan's smallest unit."""
        parts, totals = self._parts[number], self._totals
        target = parts[0] * totals[0] if self._is_exact else sum(map(mul, parts, totals))
        return self._credited[number] * self._whole, target

    def standing(self, number: int) -> Standing:
        return self._standings[number]

    def number_of(self, unit: Ags) -> int | None:
        """The unit's number, None where it was never a member."""
        at = bisect_left(self.plan.units, unit)
        return at if self.plan.units[at : at + 1] == (unit,) else None

    def amounts(self, number: int) -> tuple[Fraction, Fraction, Fraction]:
        """Credited, target and balance of a unit in persons."""
        person = self.plan.person
        credited, target = self._in_small(number)
        return (
            Fraction(self._credited[number], self.plan.crediting.scale),
            Fraction(target, person),
            Fraction(credited - target, person),
        )

    def counts(self) -> Counts:
        """Everything, as it is stored."""
        plan = self.plan
        starts = (stretch.starts for stretch in plan.stretches)
        return Counts(
            scale=plan.crediting.scale,
            credited=dict(zip(plan.units, self._credited, strict=True)),
            totals=dict(zip(starts, self._totals, strict=True)),
            standings=dict(zip(plan.units, self._standings, strict=True)),
        )

    def changed_counts(self) -> Counts | None:
        """The units whose credits or standing changed, and the stretches whose total did."""
        if not self._changed_units and not self._changed_totals:
            return None
        units, stretches = self.plan.units, self.plan.stretches
        credited, standings = self._credited, self._standings
        return Counts(
            scale=self.plan.crediting.scale,
            credited={units[number]: credited[number] for number in self._changed_units},
            totals={stretches[at].starts: self._totals[at] for at in self._changed_totals},
            standings={units[number]: standings[number] for number in self._changed_units},
        )

    def forget_changes(self) -> None:
        """From here on only later changes are named."""
        self._changed_units.clear()
        self._changed_totals.clear()


def tally_of(plan: Plan, counts: Counts | None) -> QuotaTally:
    """A tally that goes on from stored counts, or from nothing."""
    tally = QuotaTally(plan)
    if counts is None:
        tally.restate({}, {})
    else:
        tally.load(counts)
    return tally
