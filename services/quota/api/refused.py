"""Why a key or a member was refused, as faults at their places in the body."""

from collections.abc import Iterable
from typing import Any

from services.quota.domain.keys import (
    KeyRefusal,
    SumMisses100,
    UnitUnknown,
    WeightMalformed,
    WeightMissing,
    WeightNotPositive,
    check_weights,
)
from services.quota.store.names import load_unit_names
from shared.codes import Ags
from shared.contracts.exact import decimal_text
from shared.http.faults import pointer
from shared.http.problems import Fault

UNITS = load_unit_names()
CODES: dict[type[KeyRefusal], str] = {
    WeightMalformed: "malformed",
    UnitUnknown: "unit-unknown",
    WeightNotPositive: "weight-not-positive",
    WeightMissing: "missing",
}


def key_faults(refusals: Iterable[KeyRefusal]) -> list[Fault]:
    """Every reason against a key."""
    return [_fault(refusal) for refusal in refusals]


def _fault(refusal: KeyRefusal) -> Fault:
    if isinstance(refusal, SumMisses100):
        facts = {
            "sum": decimal_text(refusal.sum, 6),
            "allowed": decimal_text(refusal.explained, 6),
        }
        return Fault("sum-misses-100", "/weights", facts=facts)
    place, code = pointer(["weights", refusal.unit]), CODES[type(refusal)]
    if code == "unit-unknown" and f"0{refusal.unit}" in UNITS:
        code = "leading-zero-lost"
    return Fault(code, place, facts={"unit": refusal.unit, "code": refusal.unit})


def unread_faults(body: Any) -> list[Fault]:
    """What is wrong with the weights of a body that may be wrong in other places, too."""
    weights = body.get("weights") if isinstance(body, dict) else None
    if not isinstance(weights, dict):
        return []
    texts = {Ags(unit): text for unit, text in weights.items() if isinstance(text, str)}
    return key_faults(check_weights(texts, [Ags(unit) for unit in UNITS]))


def missing_faults(missing: Iterable[WeightMissing], place: str) -> list[Fault]:
    """The keys that a unit would need to be in to become a member."""
    return [Fault("weight-missing", place, facts={"unit": each.unit}) for each in missing]
