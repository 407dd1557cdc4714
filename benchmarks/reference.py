"""The crossings that are right, by brute force: every unit is looked at after every entry."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from benchmarks.comparing import Crossing
from benchmarks.world import LATER, Quota, World

STANDINGS = ("under", "on-quota", "over")


class Sums:
    """One quota: persons × the sum of all weights, by unit; exact in 64 bits."""

    def __init__(self, quota: Quota) -> None:
        self.quota = quota
        self.units = sorted(quota.weights)
        self.number = {unit: number for number, unit in enumerate(self.units)}
        self.weights = self._by_unit(quota.weights)
        self.weights_before = self._by_unit(quota.weights_before or quota.weights)
        self.credited: Any = np.zeros(len(self.units), dtype=np.int64)
        self.total = self.total_before = 0
        self.stands: Any = np.zeros(len(self.units), dtype=np.int8)

    def apply(self, postings: list[dict[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
        """Count an entry; unit, before, after and balance of each that crossed, by unit."""
        for each in postings:
            self._count(each)
        targets = self.weights * self.total + self.weights_before * self.total_before
        balances = self.credited * self.quota.whole - targets
        reach = self.quota.tolerance * self.quota.whole
        stands = (balances >= reach).astype(np.int8) - (balances <= -reach)
        for number in map(int, np.flatnonzero(stands != self.stands)):
            before, after = STANDINGS[self.stands[number] + 1], STANDINGS[stands[number] + 1]
            balance = Fraction(int(balances[number]), self.quota.whole)
            yield self.units[number], before, after, str(balance)
        self.stands = stands

    def _count(self, posting: Mapping[str, Any]) -> None:
        number = self.number.get(posting["unit"])
        if number is None or self.quota.programme not in (None, posting["programme"]):
            return
        self.credited[number] += posting["persons"]
        if posting["effective_on"] < LATER:
            self.total_before += posting["persons"]
        else:
            self.total += posting["persons"]

    def _by_unit(self, weights: Mapping[str, int]) -> Any:
        return np.array([weights[unit] for unit in self.units], dtype=np.int64)


def main() -> None:
    """Read entries, a JSON line each, and write the crossings that they make, a line each."""
    source, target, *world_words = sys.argv[1:]
    world = World(*map(int, world_words))
    with Path(source).open("rb") as read, Path(target).open("w", encoding="utf-8") as write:
        found = crossings_of(world, map(orjson.loads, read))
        write.writelines(orjson.dumps(crossing).decode() + "\n" for crossing in found)


def crossings_of(world: World, entries: Iterable[Mapping[str, Any]]) -> Iterator[Crossing]:
    """The crossings that entries of any Länder make, in order, by quota and unit within one."""
    sums: dict[str, list[Sums]] = {}
    for entry in entries:
        land = entry["land"]
        if land not in sums:
            sums[land] = [Sums(quota) for quota in world.quotas(land)]
        for each in sums[land]:
            for unit, *rest in each.apply(entry["postings"]):
                yield (land, entry["sequence"], each.quota.code, unit, *rest)


if __name__ == "__main__":
    main()
