"""What a soak says: how memory went on, who held how many connections, as figures."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import Any

from tests.chaos.sampling import Sample

ROOT = Path(__file__).parents[2]
FIGURES = ROOT / "docs" / "operations" / "soak.json"
MOST_POINTS, PLOTTED_POINTS = 300, 100
DAY_SECONDS = 86_400
Series = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Soak:
    """The samples of one soak, in their order."""

    samples: Sequence[Sample]

    def memory(self, process: str) -> Series:
        """Seconds → MiB."""
        return [(one.at_seconds, one.memory[process]) for one in self.samples]

    def growth(self, process: str) -> float:
        """MiB a day, as the second half of the soak grew."""
        second_half = self.memory(process)[len(self.samples) // 2 :]
        return slope(thinned(second_half)) * DAY_SECONDS

    def idle_seconds(self) -> float:
        """How long the most patient session was seen idle in its transaction."""
        return max(each.idle_seconds for one in self.samples for each in one.sessions.values())

    def most_sessions(self, kind: str) -> dict[str, int]:
        """Service → the most sessions it had at once: `pooled`, or of its `own`."""
        services = self.samples[0].sessions
        return {
            name: max(getattr(one.sessions[name], kind) for one in self.samples)
            for name in services
        }

    def figures(self) -> dict[str, Any]:
        """Everything that is stated, flat enough to be read."""
        last = self.samples[-1]
        return {
            "samples": len(self.samples),
            "seconds": last.at_seconds,
            "idle_in_transaction_seconds": round(self.idle_seconds(), 3),
            "pooled_sessions": self.most_sessions("pooled"),
            "own_sessions": self.most_sessions("own"),
            "sockets": {
                name: max(one.sockets[name] for one in self.samples) for name in last.sockets
            },
            "memory_mib": {
                name: {
                    "first": self.samples[0].memory[name],
                    "half": self.samples[len(self.samples) // 2].memory[name],
                    "last": last.memory[name],
                    "growth_a_day": round(self.growth(name), 1),
                }
                for name in last.memory
            },
            "plotted": {
                name: [[round(at / 60, 2), used] for at, used in self.plotted(name)]
                for name in last.memory
            },
        }

    def plotted(self, process: str) -> Series:
        return thinned(self.memory(process), PLOTTED_POINTS)


def slope(points: Series) -> float:
    """Theil and Sen's: the median over all pairs, which a few wild samples do not move."""
    return median(
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for earlier, later in combinations(points, 2)
    )


def thinned(points: Series, most: int = MOST_POINTS) -> Series:
    """About so many of them, evenly."""
    return points[:: max(1, len(points) // most)]


def keep(soak: Soak, facts: Mapping[str, Any]) -> None:
    """Write soak.json, a line for each figure, and soak.svg for the page of promises."""
    figures = {**facts, **soak.figures()}
    lines = (f" {json.dumps(name)}: {json.dumps(value)}" for name, value in figures.items())
    FIGURES.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    # By itself: importing the library puts an old import hook in everybody's way.
    subprocess.run([sys.executable, "-m", "tests.chaos.soak_plot"], cwd=ROOT, check=True)
