"""What a reconciliation says: how much was compared, and every difference that was found."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from shared.codes import Land

KEPT = 100
CHECKS = {
    "chain": "every hash of the ledger, and its end",
    "heads": "who is how far, and where what was applied ends",
    "entries": "quota's copy of the ledger, entry by entry",
    "days": "people by unit, programme and day",
    "counts": "credits, totals and standings of every quota",
    "past": "the same at every place of the past that is kept",
    "crossings": "every crossing, found again from the ledger",
    "alerts": "one alert for each crossing",
    "deliveries": "a delivery for everybody who wants to know",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where two sides disagree, as texts: what should be, and what is."""

    place: str
    expected: str
    found: str


@dataclass
class Check:
    """One comparison of a Land; the first differences are kept, all are counted."""

    compared: int = 0
    different: int = 0
    differences: list[Difference] = field(default_factory=list)

    def compare(self, place: str, expected: object, found: object) -> None:
        """Count it, and keep it where the two are not equal."""
        self.compared += 1
        if expected != found:
            self.differ(place, expected, found)

    def differ(self, place: str, expected: object, found: object) -> None:
        """Keep a difference."""
        self.different += 1
        if len(self.differences) < KEPT:
            self.differences.append(Difference(place, str(expected), str(found)))


@dataclass
class Report:
    """All checks of one Land."""

    land: Land
    checks: dict[str, Check] = field(default_factory=lambda: {name: Check() for name in CHECKS})

    def __getitem__(self, name: str) -> Check:
        return self.checks[name]

    @property
    def different(self) -> int:
        """How many differences there are in all."""
        return sum(check.different for check in self.checks.values())

    @property
    def entries(self) -> int:
        """How many entries the Land's ledger has."""
        return self.checks["chain"].compared

    def document(self) -> dict[str, Any]:
        """All of it, for programs."""
        checks = {name: asdict(check) for name, check in self.checks.items()}
        numbers = {"entries": self.entries, "different": self.different}
        return {"land": self.land, **numbers, "checks": checks}

    def sentences(self) -> Iterator[str]:
        """Each difference that was kept, and how many more there are."""
        for name, check in self.checks.items():
            for one in check.differences:
                place = f"Land {self.land}, {name}, {one.place}"
                yield f"{place}: expected {one.expected}, found {one.found}"
            if more := check.different - len(check.differences):
                yield f"Land {self.land}, {name}: {more} more differences"


def by_check(reports: Iterable[Report]) -> dict[str, int]:
    """How many differences each check found in all Länder; those that found none are left out."""
    found: Counter[str] = Counter()
    for report in reports:
        found.update({name: each.different for name, each in report.checks.items()})
    return dict(+found)


def in_numbers(found: Mapping[str, int]) -> str:
    """How many of each, as in '3 counts, 1 days'."""
    return ", ".join(f"{number} {name}" for name, number in found.items())
