"""Codes that every part of the house spells the same way."""

from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar, NewType

Ags = NewType("Ags", str)
"""Official municipality key of a unit: text of digits, the leading zero kept ("01001")."""
Land = NewType("Land", str)
"""Two-digit code of a Land ("01"): everything whose numbers move together."""
Programme = NewType("Programme", str)
"""Code of an admission programme ("safe-harbour")."""
QuotaCode = NewType("QuotaCode", str)
"""Code of a quota ("sh-alliance")."""

FIRST_DAY = date(1990, 1, 1)
"""No effective date is older; the seeded members and rules hold from here on."""
LANDS = tuple(Land(f"{number:02}") for number in range(1, 17))


class EntryType(StrEnum):
    """What a ledger entry records."""

    RECORDED = "recorded"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"


class Standing(StrEnum):
    """Where a unit stands against its target, tolerance considered."""

    UNDER = "under"
    ON_QUOTA = "on-quota"
    OVER = "over"


class Cause(StrEnum):
    """Why a standing changed (CONTRACT of events)."""

    OWN_PLACEMENT = "own-placement"
    OTHER_PLACEMENT = "other-placement"
    TRANSFER = "transfer"
    CORRECTION = "correction"
    NEW_KEY = "new-key"
    NEW_RULE = "new-rule"
    MEMBERSHIP = "membership"
    NEW_PERIOD = "new-period"


class Role(StrEnum):
    """What a caller may act as."""

    CITY = "city"
    COORDINATION = "coordination"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    SERVICE = "service"


def land_of(ags: str) -> Land:
    """The Land of a unit: the first two digits of its AGS."""
    return Land(ags[:2])


@lru_cache(maxsize=64)  # what is recorded or found together has the same instant
def instant_text(instant: datetime) -> str:
    """An aware UTC instant as the contract writes it: microseconds, then Z."""
    return instant.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


class Refusal(Exception):
    """What the rules of the field do not allow: a code of the contract, and facts."""

    code: ClassVar[str]

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code, facts)
        self.facts = facts
