"""A reader's crossings beside those that are right: which are missing, repeated or wrong."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

Crossing = tuple[str, int, str, str, str, str, str]
"""Land, ledger sequence, quota, unit, before, after, exact balance."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Numbers of crossings: those that should be there, and what is not as it should be."""

    right: int
    missing: int
    repeated: int
    wrong: int

    @property
    def is_exact(self) -> bool:
        """Whether every crossing is there once, and something was there to be compared."""
        return self.right > 0 and not self.missing + self.repeated + self.wrong

    def __str__(self) -> str:
        if self.is_exact:
            return "exact"
        named = {"missing": self.missing, "repeated": self.repeated, "wrong": self.wrong}
        return ", ".join(f"{n:,} {name}" for name, n in named.items() if n) or "nothing to compare"


def load_right(path: Path) -> list[Crossing]:
    """What the reference wrote, a JSON row each."""
    return [tuple(orjson.loads(line)) for line in path.read_bytes().splitlines()]


def crossing_in(document: Mapping[str, Any]) -> Crossing:
    """A crossing as a reader wrote it: bare, or in an event of ours."""
    data = document.get("data", document)
    names = ("land", "ledger_sequence", "quota", "unit", "before", "after")
    land, sequence, quota, unit, before, after = (data[name] for name in names)
    return land, sequence, quota, unit, before, after, data["balance"]["exact"]


def compare(right: Iterable[Crossing], found: Iterable[Crossing], *, is_whole: bool) -> Verdict:
    """Compare all, or of a reader that was stopped each Land up to where its crossings go."""
    expected, counted = set(right), Counter(found)
    if not is_whole:
        reached: dict[str, int] = {}
        for land, sequence, *_ in counted:
            reached[land] = max(reached.get(land, 0), sequence)
        expected = {each for each in expected if each[1] < reached.get(each[0], 0)}
        counted = Counter({c: n for c, n in counted.items() if c[1] < reached[c[0]]})
    known = counted.keys() & expected
    return Verdict(
        right=len(expected),
        missing=len(expected) - len(known),
        repeated=sum(counted[each] - 1 for each in known),
        wrong=sum(number for each, number in counted.items() if each not in expected),
    )
