"""Changes of a quota as plain JSON documents, and back again without loss."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from services.quota.domain.definitions import (
    Change,
    Closed,
    CreditingRule,
    KeyKind,
    KeyVersion,
    KeyWarning,
    MemberTerm,
    Period,
    PeriodRule,
    PeriodTurned,
    QuotaOpened,
    Tolerance,
)
from shared.codes import Ags, Programme

T = TypeVar("T")
Document = dict[str, Any]
NAMES = {"starts": "from", "ends": "to"}
"""What the contract calls a field, where that is a word of Python."""
PRINTED = "printed"
"""Stands in for the weights: as they were written is how they are kept."""


def to_document(change: Change) -> Document:
    """The change by the contract's names: days ISO, exact numbers as text ("7/2").

    Weights stay as they were printed.
    """
    document: Document = {
        NAMES.get(field.name, field.name): _plain(getattr(change, field.name))
        for field in fields(change)
        if field.name != PRINTED
    }
    if isinstance(change, KeyVersion):
        document["weights"] |= change.printed
    return document


def _plain(value: object) -> object:
    match value:
        case date():
            return value.isoformat()
        case Fraction() | StrEnum():
            return str(value)
        case Mapping():
            return {name: _plain(each) for name, each in sorted(value.items())}
        case tuple():
            return [{"fact": warning.fact, "sum": warning.sum} for warning in value]
    return value


def _optional(read: Callable[[str], T], text: str | None) -> T | None:
    return None if text is None else read(text)


def _read_opened(document: Document) -> QuotaOpened:
    return QuotaOpened(document["name"], document["source"])


def _read_member(document: Document) -> MemberTerm:
    starts, ends = _read_days(document)
    return MemberTerm(Ags(document["unit"]), starts, ends, document["source"])


def _read_rule(document: Document) -> CreditingRule:
    starts, ends = _read_days(document)
    programme, share = Programme(document["programme"]), Fraction(document["share"])
    return CreditingRule(programme, share, starts, ends, document["source"])


def _read_days(document: Document) -> tuple[date, date | None]:
    return date.fromisoformat(document["from"]), _optional(date.fromisoformat, document["to"])


def _read_exact(text: str) -> Fraction:
    """Whole numbers, which most are, without looking for a bar or a point: a third of the time."""
    return Fraction(int(text)) if text.isdecimal() else Fraction(text)


def _read_key(document: Document) -> KeyVersion:
    weights: dict[str, str] = document["weights"]
    return KeyVersion(
        id=document["id"],
        kind=KeyKind(document["kind"]),
        valid_from=date.fromisoformat(document["valid_from"]),
        published_on=_optional(date.fromisoformat, document["published_on"]),
        source=document["source"],
        weights={Ags(unit): _read_exact(text) for unit, text in weights.items()},
        warnings=tuple(KeyWarning(each["fact"], each["sum"]) for each in document["warnings"]),
        accepted_sum=document["accepted_sum"],
        printed={Ags(unit): text for unit, text in weights.items() if "/" not in text},
    )


def _read_tolerance(document: Document) -> Tolerance:
    return Tolerance(
        _optional(Fraction, document["persons"]),
        _optional(Fraction, document["percent"]),
        _optional(Fraction, document["release"]),
        document["source"],
    )


def _read_period(document: Document) -> PeriodRule:
    starts = date.fromisoformat(document["from"])
    return PeriodRule(
        Period(document["period"]), document["carry_over"], starts, document["source"]
    )


def _read_turn(document: Document) -> PeriodTurned:
    return PeriodTurned(date.fromisoformat(document["from"]))


def _read_closure(document: Document) -> Closed:
    return Closed(date.fromisoformat(document["closed_on"]), document["source"])


KINDS: Mapping[type[Change], str] = {
    QuotaOpened: "quota",
    MemberTerm: "member",
    CreditingRule: "rule",
    KeyVersion: "key",
    Tolerance: "tolerance",
    PeriodRule: "period",
    PeriodTurned: "turn",
    Closed: "closure",
}
"""What each change is called where it is stored."""

READERS: Mapping[str, Callable[[Document], Change]] = {
    "quota": _read_opened,
    "member": _read_member,
    "rule": _read_rule,
    "key": _read_key,
    "tolerance": _read_tolerance,
    "period": _read_period,
    "turn": _read_turn,
    "closure": _read_closure,
}


def kind_of(change: Change) -> str:
    """The name under which such a change is stored."""
    return KINDS[type(change)]


def from_document(kind: str, document: Document) -> Change:
    """The change that `to_document` wrote; a KeyError for an unknown kind or a missing name."""
    return READERS[kind](document)
