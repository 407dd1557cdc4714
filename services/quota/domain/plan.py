"""The plan of a quota's counting: its rules in integers, fixed until the next definition."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.quota.domain.crediting import Crediting, crediting_by
from services.quota.domain.definitions import QuotaRules
from services.quota.domain.standing import Band, band_of
from services.quota.domain.stretches import (
    Stretch,
    Window,
    counted_days,
    parts_of,
    stretches_in,
)
from shared.codes import Ags, Programme

Place = tuple[int, Mapping[Ags, int], dict[Programme, int]]
"""A day's stretch, the numbers of its members, and what a person counts, as far as asked for."""
NOWHERE: Place = (0, {}, {})


@dataclass(frozen=True, slots=True)
class Plan:
    """Units are numbered by code; a share of a stretch is a unit's part of it ÷ `whole`.

    `shares` remembers what a person counts, for the days between two cuts of the rules.
    Credits are counted in `crediting.scale` to the person; credits × `whole` and the sum of
    parts × totals are in the same unit, in which one person is `person`.
    """

    rules: QuotaRules
    units: tuple[Ags, ...]
    stretches: tuple[Stretch, ...]
    members: tuple[Mapping[Ags, int], ...]
    crediting: Crediting
    shares: tuple[dict[Programme, int], ...]
    whole: int
    parts: tuple[tuple[int, ...], ...]
    person: int
    band: Band

    def place_of(self, day: date) -> Place:
        """Where the day's credits go; NOWHERE if it doesn't count or nobody is a member."""
        at = bisect_right(self.stretches, day, key=lambda stretch: stretch.starts) - 1
        if at < 0 or day > self.stretches[at].ends:
            return NOWHERE
        return at, self.members[at], self.shares[bisect_right(self.crediting.cuts, day)]


def plan_of(rules: QuotaRules, days: Window | None = None) -> Plan:
    """The plan of all days that count now, or of others."""
    units = tuple(rules.units())
    numbers = {unit: number for number, unit in enumerate(units)}
    stretches = tuple(stretches_in(rules, days or counted_days(rules)))
    crediting = crediting_by(rules.rules)
    whole, parts = parts_of(stretches)
    nothing = (0,) * len(stretches)
    return Plan(
        rules=rules,
        units=units,
        stretches=stretches,
        members=tuple({unit: numbers[unit] for unit in each.weights} for each in stretches),
        crediting=crediting,
        shares=tuple({} for _ in range(len(crediting.cuts) + 1)),
        whole=whole,
        parts=tuple(parts.get(unit, nothing) for unit in units),
        person=crediting.scale * whole,
        band=band_of(rules.tolerance, crediting.scale * whole),
    )
