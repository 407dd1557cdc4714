"""Reference data: the units, programmes and reasons that may be named, each with its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.admissions.domain.refusals import (
    LeadingZeroLost,
    ProgrammeUnknown,
    ReasonUnknown,
    UnitUnknown,
)
from shared.codes import Ags, Programme


@dataclass(frozen=True, slots=True)
class Item:
    """One code: its German name, kind, first and last effective day (None: open), and source."""

    code: str
    name: str
    kind: str
    valid_from: date | None
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Reference:
    """All that may be named, by code."""

    units: Mapping[str, Item]
    programmes: Mapping[str, Item]
    reasons: Mapping[str, Item]

    def unit(self, code: str) -> Ags:
        """The code if a unit has it, else UnitUnknown or LeadingZeroLost."""
        if code in self.units:
            return Ags(code)
        if f"0{code}" in self.units:
            raise LeadingZeroLost(code=code)
        raise UnitUnknown(code=code)

    def programme(self, code: str) -> Programme:
        """The code if a programme has it, else ProgrammeUnknown."""
        if code not in self.programmes:
            raise ProgrammeUnknown(code=code)
        return Programme(code)

    def reason(self, code: str) -> str:
        """The code if a reason has it, else ReasonUnknown."""
        if code not in self.reasons:
            raise ReasonUnknown(code=code)
        return code
