"""What is stored of a Land's quotas: the place in the order of application, and the counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from shared.codes import Ags, Programme, QuotaCode, Standing

Daily = Mapping[tuple[Ags, Programme, date], int]
"""People of a Land by unit, programme and effective day: the sum of all postings, signed."""
NO_HASH = "0" * 64


class BooksDoNotBalance(Exception):
    """The credits of a quota and the totals that they are shared out of differ."""

    def __init__(self, quota: QuotaCode, credited: object, shared_out: object) -> None:
        super().__init__(f"{quota}: credited {credited}, shared out {shared_out}")
        self.quota = quota


class Position(NamedTuple):
    """Everything applied so far: entries, definitions, crossings made, the last entry's hash.

    `rebuilds` is how often the Land was counted again from its ledger: who loaded it before that
    owns it no more.
    """

    sequence: int = 0
    definition: int = 0
    crossing: int = 0
    ledger_hash: str = NO_HASH
    rebuilds: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """All numbers of one quota, in parts of a person: `scale` parts are one person.

    `totals` are the credits of each stretch, by its first day; a unit without credits and a
    stretch without a total may be missing, and who has no standing is on quota.
    """

    scale: int
    credited: Mapping[Ags, int]
    totals: Mapping[date, int]
    standings: Mapping[Ags, Standing]


class CountChanged(NamedTuple):
    """A unit's new credits, in parts of a person, and its standing."""

    quota: QuotaCode
    unit: Ags
    credited: int
    standing: Standing


class TotalChanged(NamedTuple):
    """The new total of the stretch that starts on this day, in parts of a person."""

    quota: QuotaCode
    starts: date
    total: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What one transaction has to write to move from the last position to this one.

    `restated` replaces everything that is stored of those quotas; they have no other changes.
    """

    position: Position
    counts: list[CountChanged]
    totals: list[TotalChanged]
    restated: dict[QuotaCode, Counts]
