"""The Länder that are measured: units, weights and definitions, few units or very many."""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

SEED = Path(__file__).parents[1] / "services" / "quota" / "data" / "seed_01.json"
SMALL, LARGE = 15, 11_000
PROGRAMMES = ("safe-harbour", "asylum", "ukraine", "family-reunion", "land-programme")
ALLIANCE_UNITS = 3
SINCE, LATER = "1990-01-01", "2024-01-01"
SOURCE = "made up for the benchmark"
Definition = tuple[str, str, dict[str, Any]]
"""A quota, the kind of change, and the change as the services store it."""


@dataclass(frozen=True)
class Quota:
    """Who shares out what: weights by unit, and the only programme that counts (None: all)."""

    code: str
    weights: Mapping[str, int]
    programme: str | None
    tolerance: int
    weights_before: Mapping[str, int] | None = None
    """Of the days before `LATER`, where they had a key of their own; its sum is the same."""

    @cached_property
    def whole(self) -> int:
        """The sum of all weights."""
        return sum(self.weights.values())


@dataclass(frozen=True, slots=True)
class World:
    """Sixteen Länder of `size` units each, and two quotas in each as Schleswig-Holstein has them.

    `tolerance` of the regular quota is in persons. With 11,000 units a tolerance of 1 would make
    about as many crossings as entries, so it is chosen to make as many as 15 units make.
    """

    size: int
    tolerance: int
    late_percent: int = 0
    """So many entries are of days before `LATER`, which then had a key of their own."""

    @property
    def name(self) -> str:
        """What stands before its topics' names."""
        return f"units{self.size}-{self.tolerance}" + ("-late" if self.late_percent else "")

    @property
    def label(self) -> str:
        """What stands behind its figures' names."""
        return str(self.size) + ("_late" if self.late_percent else "")

    def quotas(self, land: str) -> tuple[Quota, Quota]:
        """The alliance's quota and the regular one, sorted by code."""
        weights = self.weights(land)
        alliance = dict(list(weights.items())[:ALLIANCE_UNITS])
        return (
            Quota(f"{land}-alliance", alliance, PROGRAMMES[0], 1, self._before(alliance)),
            Quota(f"{land}-regular", weights, None, self.tolerance, self._before(weights)),
        )

    def _before(self, weights: Mapping[str, int]) -> Mapping[str, int] | None:
        """Each unit had its neighbour's weight."""
        values = list(weights.values())
        moved = zip(weights, values[1:] + values[:1], strict=True)
        return dict(moved) if self.late_percent else None

    def weights(self, land: str) -> dict[str, int]:
        """Unit → population."""
        if self.size == SMALL:
            return {land + unit[2:]: int(weight) for unit, weight in _seeded().items()}
        chance = random.Random(self.size)
        populations = (200 + int(chance.lognormvariate(7.5, 1.2)) for _ in range(self.size))
        return {f"{land}{number:06}": each for number, each in enumerate(populations, 1)}

    def definitions(self, land: str) -> list[Definition]:
        """All changes of a Land before its first entry, in order."""
        return [each for quota in self.quotas(land) for each in _definitions_of(quota)]


def _seeded() -> Mapping[str, str]:
    seed = json.loads(SEED.read_text(encoding="utf-8"))
    keys = [each for each in seed["definitions"] if each["kind"] == "key"]
    weights: Mapping[str, str] = keys[-1]["change"]["weights"]
    return weights


def _definitions_of(quota: Quota) -> Iterator[Definition]:
    always: dict[str, Any] = {"from": SINCE, "to": None, "source": SOURCE}
    yield quota.code, "quota", {"name": quota.code, "source": SOURCE}
    for unit in quota.weights:
        yield quota.code, "member", always | {"unit": unit}
    yield quota.code, "rule", always | {"programme": quota.programme or "*", "share": "1"}
    tolerance = {"persons": str(quota.tolerance), "percent": None, "release": None}
    yield quota.code, "tolerance", tolerance | {"source": SOURCE}
    if quota.weights_before is None:
        yield quota.code, "key", _key(quota, "2019-12-31", quota.weights)
    else:
        yield quota.code, "key", _key(quota, "2019-12-31", quota.weights_before)
        yield quota.code, "key", _key(quota, LATER, quota.weights)


def _key(quota: Quota, valid_from: str, weights: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": f"{quota.code}-{valid_from}",
        "kind": "population",
        "valid_from": valid_from,
        "published_on": None,
        "source": SOURCE,
        "weights": {unit: str(weight) for unit, weight in weights.items()},
        "warnings": [],
        "accepted_sum": None,
    }
