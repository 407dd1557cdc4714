"""What a reconciliation says: how much was compared, and every difference that was found."""

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

    def document(self) -> dict[str, Any]:
        """All of it, for programs."""
        checks = {name: asdict(check) for name, check in self.checks.items()}
        return {"land": self.land, "different": self.different, "checks": checks}
