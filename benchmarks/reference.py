"""The crossings that are right, by brute force: every unit is looked at after every entry."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from benchmarks.comparing import Crossing
from benchmarks.world import Quota, World

STANDINGS = ("under", "on-quota", "over")


class Sums:
    """One quota: persons × the sum of all weights, by unit; exact in 64 bits."""

    def __init__(self, quota: Quota) -> None:
        self.quota = quota
        self.units = sorted(quota.weights)
        self.number = {unit: number for number, unit in enumerate(self.units)}
        self.weights = np.array([quota.weights[unit] for unit in self.units], dtype=np.int64)
        self.credited: Any = np.zeros(len(self.units), dtype=np.int64)
        self.total = 0
        self.stands: Any = np.zeros(len(self.units), dtype=np.int8)

    def apply(self, postings: list[dict[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
        """Count an entry; unit, before, after and balance of each that crossed, by unit."""
        for each in postings:
            number = self.number.get(each["unit"])
            if number is not None and self.quota.programme in (None, each["programme"]):
                self.credited[number] += each["persons"]
                self.total += each["persons"]
        balances = self.credited * self.quota.whole - self.weights * self.total
        reach = self.quota.tolerance * self.quota.whole
        stands = (balances >= reach).astype(np.int8) - (balances <= -reach)
        for number in map(int, np.flatnonzero(stands != self.stands)):
            before, after = STANDINGS[self.stands[number] + 1], STANDINGS[stands[number] + 1]
            balance = Fraction(int(balances[number]), self.quota.whole)
            yield self.units[number], before, after, str(balance)
        self.stands = stands


def main() -> None:
    """Read entries, a JSON line each, and write the crossings that they make, a line each."""
    source, target, size, tolerance = sys.argv[1:]
    world = World(int(size), int(tolerance))
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
