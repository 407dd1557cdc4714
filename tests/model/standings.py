"""Over, under or on quota: tolerance in persons, in percent, and the smaller release."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

UNDER, ON_QUOTA, OVER = "under", "on-quota", "over"


@dataclass(frozen=True)
class Tolerance:
    """`persons` and `release` in persons, `percent` of the target's size; None: not set."""

    persons: Fraction | None = Fraction(1)
    percent: Fraction | None = None
    release: Fraction | None = None

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> "Tolerance":
        """From the contract's texts ("1", "0.5", "1/2")."""
        named = (value.get(name) for name in ("persons", "percent", "release"))
        return cls(*(None if text is None else Fraction(text) for text in named))

    def is_reached(self, balance: Fraction, target: Fraction) -> bool:
        """Whether the balance is far enough from zero, either way."""
        size = abs(balance)
        if size == 0 or (self.persons is not None and size < self.persons):
            return False
        if self.percent is None:
            return self.persons is not None
        if target == 0:
            return self.persons is not None
        return size >= abs(target) * self.percent / 100

    def standing(self, before: str, balance: Fraction, target: Fraction) -> str:
        """The standing that follows on `before`."""
        side = OVER if balance > 0 else UNDER if balance < 0 else ON_QUOTA
        if self.release is not None and side == before and abs(balance) >= self.release:
            return side
        return side if self.is_reached(balance, target) else ON_QUOTA
