"""What the runs of all readers say together: ratios within each round, and the table."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Protocol

from benchmarks.comparing import Verdict
from benchmarks.runs import Run
from benchmarks.world import LARGE, SMALL, World

LIMIT, QUOTA = "limit", "quota"
TARGETS = {
    "quota_over_limit_15": (">=", 0.55),
    "quota_over_limit_11000": (">=", 0.3),
    "quota_over_best_peer_15": (">=", 1.0),
    "quota_over_best_peer_11000": (">=", 1.0),
    "cost_11000_over_15": ("<=", 1.5),
}
DURABLE = {"quix", "kafka_streams", "kafka_streams_heap"}
"""Peers whose state outlives their process."""


class Measured(Protocol):
    """All runs of one world, by reader."""

    world: World
    right: int
    runs: dict[str, list[Run]]
    verdicts: dict[str, list[Verdict]]
    killed: dict[str, Verdict]


def figures_of(measured: Sequence[Measured]) -> dict[str, float]:
    """The figures by their names: medians over the rounds of the ratios within each."""
    figures: dict[str, float] = {}
    for one in measured:
        size, quota = one.world.size, one.runs[QUOTA]
        if LIMIT in one.runs:
            figures[f"quota_over_limit_{size}"] = _ratio(quota, one.runs[LIMIT])
        if best := best_peer(one):
            warm = [
                run.per_second / peer.warm_per_second
                for run, peer in zip(quota, one.runs[best], strict=True)
            ]
            figures[f"quota_over_best_peer_{size}"] = round(median(warm), 3)
    by_size = {one.world.size: one.runs[QUOTA] for one in measured}
    if SMALL in by_size and LARGE in by_size:
        figures["cost_11000_over_15"] = _ratio(by_size[SMALL], by_size[LARGE])
    return figures


def best_peer(one: Measured) -> str | None:
    """The fastest exact and durable one, warm."""
    exact = [
        name
        for name in one.runs.keys() & DURABLE
        if all(verdict.is_exact for verdict in one.verdicts[name])
    ]
    return max(exact, key=lambda name: median(_warm(one.runs[name])), default=None)


def _warm(runs: Sequence[Run]) -> list[float]:
    return [run.warm_per_second for run in runs]


def _ratio(left: Sequence[Run], right: Sequence[Run]) -> float:
    pairs = zip(left, right, strict=True)
    return round(median(one.per_second / other.per_second for one, other in pairs), 3)


def markdown(measured: Sequence[Measured]) -> str:
    """A table for each world, and each target as met or missed."""
    return "\n\n".join([*map(_table, measured), _targets(figures_of(measured))])


def _table(one: Measured) -> str:
    head = f"{one.world.size:,} units a Land, {one.right:,} crossings"
    lines = [
        f"| {head} | min | median | max | warm half | of the limit | crossings | after kill -9 |"
    ]
    lines += ["|---|--:|--:|--:|--:|--:|---|---|"]
    return "\n".join([*lines, *(_row(one, name, runs) for name, runs in one.runs.items())])


def _row(one: Measured, name: str, runs: Sequence[Run]) -> str:
    speeds = sorted(run.per_second for run in runs)
    numbers = [f"{each:,.0f}" for each in (speeds[0], median(speeds), speeds[-1])]
    limit = one.runs.get(LIMIT)
    share = f"{_ratio(runs, limit):.3f}" if limit else "–"
    verdicts = sorted({str(each) for each in one.verdicts.get(name, ())})
    killed = str(one.killed[name]) if name in one.killed else "–"
    cells = [*numbers, f"{median(_warm(runs)):,.0f}", share, "; ".join(verdicts) or "–", killed]
    return "| " + " | ".join([name.replace("_", "-"), *cells]) + " |"


def _targets(figures: Mapping[str, float]) -> str:
    lines = ["| figure | measured | target | |", "|---|--:|--:|---|"]
    for name, (way, target) in TARGETS.items():
        found = figures.get(name)
        is_met = found is not None and (found >= target if way == ">=" else found <= target)
        shown = "not measured" if found is None else f"{found:g}"
        word = "–" if found is None else "met" if is_met else "missed"
        lines.append(f"| `{name}` | {shown} | {way} {target:g} | {word} |")
    return "\n".join(lines)
