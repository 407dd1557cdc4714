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
    side = OVER if balance > 0 else UNDER if balance < 0 else ON_QUOTA
    if before is side and tolerance.release is not None and abs(balance) >= tolerance.release:
        return side
    return side if _is_reached(abs(balance), abs(target), tolerance) else ON_QUOTA


def _is_reached(distance: Fraction, target: Fraction, tolerance: Tolerance) -> bool:
    """Both thresholds where both are set; at a target of 0 the persons alone decide.

    Without persons a target of 0 is on quota.
    """
    if tolerance.persons is None and target == 0:
        return False
    if tolerance.persons is not None and distance < tolerance.persons:
        return False
    return tolerance.percent is None or distance * 100 >= tolerance.percent * target


Stay = tuple[int | None, int | None]
"""The lowest and the highest target; None is without end."""


@dataclass(frozen=True, slots=True)
class Band:
    """The same rule solved for the target, in integers.

    A larger target makes a smaller balance, so a unit with given credits is over up to one target
    and under from another one on; only a target of 0 may stand out, and be on quota between
    targets that are not.
    """

    reach: int
    """A balance this far from 0 may be over or under."""
    spares_zero: bool
    """Whether a target of 0 is on quota by itself, as there are no persons to decide."""
    keep: int | None
    """A balance this far from 0 stays over or under; None without a release."""
    percent: tuple[int, int] | None
    """Numerator and denominator of the part of the target that must be reached too."""

    def place(self, before: Standing, credited: int, target: int) -> tuple[Standing, Stay]:
        """Where a unit that stood at `before` stands now, and at which targets it surely stays."""
        over, under = self.edges(before, credited, target)
        after = OVER if target <= over else UNDER if target >= under else ON_QUOTA
        if after is not before:
            over, under = self.edges(after, credited, target)
        stay: Stay = (over + 1, under - 1)
        if after is OVER:
            stay = None, over
        elif after is UNDER:
            stay = under, None
        return after, _off_zero(stay, target) if self.spares_zero else stay

    def edges(self, before: Standing, credited: int, target: int) -> tuple[int, int]:
        """The largest target that is over and the smallest that is under, coming from `before`.

        They hold for `target`, and as long as it neither reaches nor leaves a 0 that is spared.
        """
        if self.spares_zero and target == 0:
            over, under = -1, 1
        else:
            over, under = credited - self.reach, credited + self.reach
            if self.percent:
                over = min(over, _over_by_percent(self.percent, credited))
                under = max(under, -_over_by_percent(self.percent, -credited))
        if self.keep is not None:
            if before is OVER:
                over = max(over, credited - self.keep)
            elif before is UNDER:
                under = min(under, credited + self.keep)
        return over, under


def _off_zero(stay: Stay, target: int) -> Stay:
    """The same without reaching or leaving a target of 0."""
    low, high = stay
    if target > 0:
        return (1 if low is None else max(low, 1)), high
    if target < 0:
        return low, (-1 if high is None else min(high, -1))
    return 0, 0


def _over_by_percent(percent: tuple[int, int], credited: int) -> int:
    """The largest target that a balance exceeds by this part of the target's size."""
    part, whole = percent
    return credited * whole // (whole + part if credited > 0 else whole - part)


def band_of(tolerance: Tolerance, person: int) -> Band:
    """The tolerance where one person is `person` of the smallest unit."""
    percent = tolerance.percent
    return Band(
        reach=_at_least(tolerance.persons or Fraction(0), person),
        spares_zero=tolerance.persons is None,
        keep=None if tolerance.release is None else _at_least(tolerance.release, person),
        percent=None if percent is None else (percent / 100).as_integer_ratio(),
    )


def _at_least(persons: Fraction, person: int) -> int:
    """The smallest distance from 0 that is no smaller than this: 0 itself is on quota."""
    return max(1, ceil(persons * person))
