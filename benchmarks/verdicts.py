"""What the runs of all readers say together: ratios within each round, and the table."""

from collections.abc import Sequence
from statistics import median
from typing import Protocol

from benchmarks.comparing import Verdict
from benchmarks.results import Spans, span
from benchmarks.runs import Run
from benchmarks.targets import target_table
from benchmarks.world import LARGE, SMALL, World

LIMIT, QUOTA = "limit", "quota"
COSTS = {str(LARGE): "cost_11000_over_15", f"{SMALL}_late": "cost_late_over_15"}
DURABLE = {"quix", "kafka_streams", "kafka_streams_heap"}
"""Peers whose state outlives their process."""


class Measured(Protocol):
    """All runs of one world, by reader."""

    world: World
    right: int
    runs: dict[str, list[Run]]
    verdicts: dict[str, list[Verdict]]
    killed: dict[str, Verdict]


def ratios_of(measured: Sequence[Measured]) -> dict[str, list[float]]:
    """The figures by their names: the ratio within each round."""
    ratios: dict[str, list[float]] = {}
    for one in measured:
        label, quota = one.world.label, one.runs[QUOTA]
        if LIMIT in one.runs:
            ratios[f"quota_over_limit_{label}"] = _ratios(quota, one.runs[LIMIT])
        if best := best_peer(one):
            ratios[f"quota_over_best_peer_{label}"] = [
                round(run.per_second / peer.warm_per_second, 3)
                for run, peer in zip(quota, one.runs[best], strict=True)
            ]
    by_label = {one.world.label: one.runs[QUOTA] for one in measured}
    small = by_label.get(str(SMALL))
    for label, name in COSTS.items():
        if small and label in by_label:
            ratios[name] = _ratios(small, by_label[label])
    return ratios


def figures_of(measured: Sequence[Measured]) -> dict[str, float]:
    """The medians over the rounds."""
    return {name: median(ratios) for name, ratios in ratios_of(measured).items()}


def spans_of(measured: Sequence[Measured]) -> Spans:
    """How far the rounds are apart."""
    return {name: span(ratios) for name, ratios in ratios_of(measured).items()}


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


def _ratios(left: Sequence[Run], right: Sequence[Run]) -> list[float]:
    pairs = zip(left, right, strict=True)
    return [round(one.per_second / other.per_second, 3) for one, other in pairs]


def markdown(measured: Sequence[Measured]) -> str:
    """A table for each world, and each target as met or missed."""
    targets = target_table(figures_of(measured), spans_of(measured))
    return "\n\n".join([*map(_table, measured), targets])


def _table(one: Measured) -> str:
    late = f", {one.world.late_percent} % late" if one.world.late_percent else ""
    head = f"{one.world.size:,} units a Land{late}, {one.right:,} crossings"
    lines = [
        f"| {head} | min | median | max | warm half | of the limit | crossings | after kill -9 |"
    ]
    lines += ["|---|--:|--:|--:|--:|--:|---|---|"]
    return "\n".join([*lines, *(_row(one, name, runs) for name, runs in one.runs.items())])


def _row(one: Measured, name: str, runs: Sequence[Run]) -> str:
    speeds = sorted(run.per_second for run in runs)
    numbers = [f"{each:,.0f}" for each in (speeds[0], median(speeds), speeds[-1])]
    limit = one.runs.get(LIMIT)
    share = f"{median(_ratios(runs, limit)):.3f}" if limit else "–"
    verdicts = sorted({str(each) for each in one.verdicts.get(name, ())})
    killed = str(one.killed[name]) if name in one.killed else "–"
    cells = [*numbers, f"{median(_warm(runs)):,.0f}", share, "; ".join(verdicts) or "–", killed]
    return "| " + " | ".join([name.replace("_", "-"), *cells]) + " |"
