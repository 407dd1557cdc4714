"""What is stored of a Land's quotas: the place in the order of application, and the counts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeVar

from shared.codes import Ags, Programme, QuotaCode, Standing

K = TypeVar("K")
V = TypeVar("V")

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
    stretch without a total may be missing, and who has no standing is on quota. Of what changed
    only these units and stretches are there, with what they have now.
    """

    scale: int
    credited: Mapping[Ags, int]
    totals: Mapping[date, int]
    standings: Mapping[Ags, Standing]


QuotaCounts = Mapping[QuotaCode, Counts]


class Changes(NamedTuple):
    """What one transaction has to write to move from the last position to this one.

    Where `is_whole` they take the place of all counts that are stored of the Land.
    """

    position: Position
    counts: QuotaCounts
    is_whole: bool


def changed_by(counts: QuotaCounts, changes: Iterable[QuotaCounts]) -> dict[QuotaCode, Counts]:
    """Counts after what changed of them, one change after the other."""
    parts: dict[QuotaCode, list[Counts]] = defaultdict(list)
    for part in (counts, *changes):
        for quota, each in part.items():
            parts[quota].append(each)
    return {quota: _joined(each) for quota, each in parts.items()}


def _joined(parts: Sequence[Counts]) -> Counts:
    return Counts(
        parts[-1].scale,
        _latest(each.credited for each in parts),
        _latest(each.totals for each in parts),
        _latest(each.standings for each in parts),
    )


def _latest(mappings: Iterable[Mapping[K, V]]) -> dict[K, V]:
    latest: dict[K, V] = {}
    for each in mappings:
        latest.update(each)
    return latest
