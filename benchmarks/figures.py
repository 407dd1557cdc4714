"""Figures of a run, their medians over runs, and the table that people read."""

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

Figures = Mapping[str, float]
QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
WARM_SECONDS = 1
"""Of the begin of a load no latency counts: a Land is loaded, and every statement prepared."""


def spread(name: str, seconds: Iterable[float]) -> dict[str, float]:
    """`<name>_p50_seconds` and so on: nearest rank, so each is a latency that somebody had."""
    ordered = sorted(seconds)
    if not ordered:
        return {}
    return {
        f"{name}_{quantile}_seconds": round(nearest_rank(ordered, share), 4)
        for quantile, share in QUANTILES.items()
    }


def nearest_rank(values: Iterable[float], share: float) -> float:
    """The smallest value that so large a share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1]


def medians(runs: Sequence[Figures]) -> dict[str, float]:
    """The median over the runs of every figure that all of them have."""
    shared = [name for name in runs[0] if all(name in run for run in runs)]
    return {name: median(run[name] for run in runs) for name in shared}


def table(by_load: Mapping[int, Figures]) -> str:
    """The figures as Markdown, a column for each load."""
    names = list(dict.fromkeys(name for figures in by_load.values() for name in figures))
    head = ["", *(f"{load} a second" for load in by_load)]
    rows = [
        [name.replace("_", " "), *(_written(figures.get(name)) for figures in by_load.values())]
        for name in names
    ]
    lines = [head, ["---", *("--:" for _ in by_load)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _written(figure: float | None) -> str:
    if figure is None:
        return "–"
    return f"{figure:,.0f}" if float(figure).is_integer() else f"{figure:,.3f}"
