"""May this distribution key, or this member, be recorded? Every reason against it at once."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from services.quota.domain.definitions import (
    KeyKind,
    KeyVersion,
    KeyWarning,
    MemberTerm,
    QuotaRules,
)
from services.quota.domain.stretches import Span, spans
from shared.codes import Ags

WEIGHT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
HUNDRED = Fraction(100)
ROUNDED, ACCEPTED = "sum-is-rounded", "sum-was-accepted"
"""Why percentages that do not add up to 100 were let pass: by rounding, or by a person's word."""


@dataclass(frozen=True, slots=True)
class WeightMalformed:
    """The text is no weight: up to 12 digits, then up to 6 after a point."""

    unit: Ags
    text: str


@dataclass(frozen=True, slots=True)
class UnitUnknown:
    """The Land has no such unit."""

    unit: Ags


@dataclass(frozen=True, slots=True)
class WeightNotPositive:
    """A weight of 0 shares nothing out."""

    unit: Ags


@dataclass(frozen=True, slots=True)
class WeightMissing:
    """The unit is a member on a day on which the key applies, and has no weight in it."""

    unit: Ags
    key: str


@dataclass(frozen=True, slots=True)
class SumMisses100:
    """The percentages add up to `sum`, and rounding explains no more than `explained`."""

    sum: Fraction
    explained: Fraction


KeyRefusal = WeightMalformed | UnitUnknown | WeightNotPositive | WeightMissing | SumMisses100


@dataclass(frozen=True, slots=True)
class CheckedKey:
    """The key as it may be recorded, warnings included, or the reasons why it may not."""

    key: KeyVersion
    refusals: list[KeyRefusal]


def check_key(
    proposed: KeyVersion, texts: Mapping[Ags, str], rules: QuotaRules, units: Collection[Ags]
) -> CheckedKey:
    """Check a key of one quota; `units` are all units of the Land, `texts` the weights as printed.

    The weights of the proposed key are ignored: they are read from the texts. Other units of the
    Land may have a weight too, and sleep until they join.
    """
    weights = read_weights(texts)
    named = replace(proposed, weights=dict.fromkeys(texts, Fraction(1)))
    refusals = [*check_weights(texts, units), *missing_weights(named, rules)]
    key = replace(proposed, weights=weights, printed=dict(texts), warnings=())
    if key.kind is KeyKind.PERCENT and len(weights) == len(texts):
        key, refused = _check_sum(key, texts.values())
        refusals += refused
    return CheckedKey(key, refusals)


def read_weights(texts: Mapping[Ags, str]) -> dict[Ags, Fraction]:
    """The weights that can be read."""
    return {unit: Fraction(text) for unit, text in texts.items() if WEIGHT.fullmatch(text)}


def check_weights(texts: Mapping[Ags, str], units: Collection[Ags]) -> list[KeyRefusal]:
    """What is wrong with weights as printed, whatever key they belong to."""
    weights = read_weights(texts)
    return [
        *(WeightMalformed(unit, texts[unit]) for unit in sorted(texts.keys() - weights.keys())),
        *(UnitUnknown(unit) for unit in sorted(texts) if unit not in units),
        *(WeightNotPositive(unit) for unit, weight in sorted(weights.items()) if weight == 0),
    ]


def _check_sum(key: KeyVersion, texts: Collection[str]) -> tuple[KeyVersion, list[SumMisses100]]:
    """Each of n numbers may be off by half a unit of the finest decimal place printed."""
    printed = sum(map(Decimal, texts))
    total = Fraction(printed)
    places = max((len(text.partition(".")[2]) for text in texts), default=0)
    explained = Fraction(len(texts), 2 * 10**places)
    if total == HUNDRED:
        return key, []
    if abs(total - HUNDRED) <= explained:
        return replace(key, warnings=(KeyWarning(ROUNDED, str(printed)),)), []
    if key.accepted_sum:
        return replace(key, warnings=(KeyWarning(ACCEPTED, str(printed)),)), []
    return key, [SumMisses100(total, explained)]


def missing_weights(proposed: KeyVersion, rules: QuotaRules) -> list[WeightMissing]:
    """Members of any day on which the key would apply, without a weight in it."""
    with_key = replace(rules, keys=(*rules.keys, proposed))
    return _missing(span for span in spans(with_key) if span.key is proposed)


def missing_in_keys(proposed: MemberTerm, rules: QuotaRules) -> list[WeightMissing]:
    """The keys of the days of a new term that do not name its unit."""
    with_term = replace(rules, terms=(*rules.terms, proposed))
    missing = _missing(spans(with_term))
    return [each for each in missing if each.unit == proposed.unit]


def _missing(held: Iterable[Span]) -> list[WeightMissing]:
    found = {
        (unit, span.key.id) for span in held for unit in span.members - span.key.weights.keys()
    }
    return [WeightMissing(unit, key) for unit, key in sorted(found)]
