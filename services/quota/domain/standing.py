"""Over, on quota or under: tolerance in persons, in percent of the target, and release."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from services.quota.domain.definitions import Tolerance
from shared.codes import Standing

UNDER, ON_QUOTA, OVER = Standing.UNDER, Standing.ON_QUOTA, Standing.OVER


def standing(
    balance: Fraction, target: Fraction, tolerance: Tolerance, before: Standing = ON_QUOTA
) -> Standing:
    """Where a unit stands now, having stood at `before`; a balance of 0 is on quota.

    With a release, over and under go on until the balance is nearer to 0 or changes its sign.
    """
    if balance == 0:
        return ON_QUOTA
    side = OVER if balance > 0 else UNDER
    if before is side and tolerance.release is not None and abs(balance) >= tolerance.release:
        return side
    return side if _is_reached(abs(balance), abs(target), tolerance) else ON_QUOTA


def _is_reached(distance: Fraction, target: Fraction, tolerance: Tolerance) -> bool:
    """Both thresholds where both are set; at a target of 0 the persons alone decide."""
    if distance < tolerance.persons:
        return False
    return tolerance.percent is None or distance * 100 >= tolerance.percent * target


@dataclass(frozen=True, slots=True)
class Band:
    """The same rule solved for the target: which targets keep a unit where it stands.

    All numbers are integers in one small unit, in which a person is `person` of `band_of`.
    A larger target makes a smaller balance, so every standing holds on one run of targets.
    """

    reach: int
    """A balance this far from 0 is over or under, the percent considered separately."""
    keep: int | None
    """A balance this far from 0 stays over or under; None without a release."""
    percent: tuple[int, int]
    """Numerator and denominator of the part of the target that must be reached too."""

    def over_up_to(self, credited: int) -> int:
        """The largest target at which a unit with these credits gets over quota."""
        part, whole = self.percent
        share = whole + part if credited > 0 else whole - part
        return min(credited - self.reach, credited * whole // share)

    def under_from(self, credited: int) -> int:
        """The smallest target at which a unit with these credits gets under quota."""
        return -self.over_up_to(-credited)

    def limits(self, before: Standing, credited: int) -> tuple[int | None, int | None]:
        """The smallest and largest target that keep the standing; None is without limit."""
        if before is ON_QUOTA:
            return self.over_up_to(credited) + 1, self.under_from(credited) - 1
        if before is OVER:
            return None, self.over_up_to(credited) if self.keep is None else credited - self.keep
        return self.under_from(credited) if self.keep is None else credited + self.keep, None

    def standing(self, before: Standing, credited: int, target: int) -> Standing:
        """The standing that follows on `before`."""
        lowest, highest = self.limits(before, credited)
        if (lowest is None or lowest <= target) and (highest is None or target <= highest):
            return before
        if target <= self.over_up_to(credited):
            return OVER
        return UNDER if target >= self.under_from(credited) else ON_QUOTA


def band_of(tolerance: Tolerance, person: int) -> Band:
    """The tolerance in integers, `person` of which are one person."""
    percent = (tolerance.percent or Fraction(0)) / 100
    return Band(
        reach=_at_least(tolerance.persons, person),
        keep=None if tolerance.release is None else _at_least(tolerance.release, person),
        percent=percent.as_integer_ratio(),
    )


def _at_least(persons: Fraction, person: int) -> int:
    """The smallest distance from 0 that is no smaller than this: 0 itself is on quota."""
    return max(1, ceil(persons * person))
