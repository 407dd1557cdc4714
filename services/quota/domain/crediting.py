"""Crediting: which share of a person counts, by programme and day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import lcm

from services.quota.domain.definitions import ANY_PROGRAMME, CreditingRule
from services.quota.domain.stretches import DAY
from shared.codes import Programme


@dataclass(frozen=True, slots=True)
class Crediting:
    """The rules in force, the latest first day first, and the denominator of all their shares.

    Between two of its `cuts` no rule begins or ends.
    """

    rules: tuple[CreditingRule, ...]
    scale: int
    cuts: tuple[date, ...]

    def rule_on(self, programme: Programme, day: date) -> CreditingRule | None:
        """The programme's own rule before the one for any; the latest first day of those."""
        return self._held(programme, day) or self._held(ANY_PROGRAMME, day)

    def scaled_share(self, programme: Programme, day: date) -> int:
        """What one person counts, in parts of `scale`; 0 without a rule."""
        rule = self.rule_on(programme, day)
        return 0 if rule is None else int(rule.share * self.scale)

    def _held(self, programme: Programme, day: date) -> CreditingRule | None:
        named = (rule for rule in self.rules if rule.programme == programme)
        return next((rule for rule in named if _holds(rule, day)), None)


def _holds(rule: CreditingRule, day: date) -> bool:
    return rule.starts <= day and (rule.ends is None or day <= rule.ends)


def crediting_by(rules: Iterable[CreditingRule]) -> Crediting:
    """The same programme and first day again replaces a rule."""
    latest = {(rule.programme, rule.starts): rule for rule in rules}
    ordered = sorted(latest.values(), key=lambda rule: rule.starts, reverse=True)
    shares = [Fraction(rule.share) for rule in ordered]
    ended = (rule.ends for rule in ordered if rule.ends is not None and rule.ends < date.max)
    cuts = {rule.starts for rule in ordered} | {last + DAY for last in ended}
    scale = lcm(*(share.denominator for share in shares))
    return Crediting(tuple(ordered), scale, tuple(sorted(cuts)))
