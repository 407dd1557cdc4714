"""What is aimed at, and each target as met or missed: the table that the README shows."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.results import RESULT

TARGETS = {
    "quota_over_limit_15": (">=", 0.55),
    "quota_over_limit_11000": (">=", 0.3),
    "quota_over_best_peer_15": (">=", 1.0),
    "quota_over_best_peer_11000": (">=", 1.0),
    "cost_11000_over_15": ("<=", 1.5),
    "cost_1e7_over_1e4": ("<=", 1.2),
    "batch_over_pgbench": (">=", 0.5),
    "crossing_p99_seconds_200": ("<=", 0.02),
    "crossing_p99_seconds_2000": ("<=", 0.06),
    "alert_p99_seconds_20": ("<=", 0.15),
    "alert_p99_seconds_200": ("<=", 0.25),
    "alert_p99_seconds_1000": ("<=", 1.0),
    "known_as_of_p99_seconds": ("<=", 0.1),
    "explanation_first_page_p99_seconds": ("<=", 0.3),
    "replay_1e6_seconds": ("<=", 20.0),
    "back_dated_key_1e6_seconds": ("<=", 2.0),
    "ready_seconds_admissions": ("<=", 2.0),
    "ready_seconds_quota": ("<=", 2.0),
    "ready_seconds_notifications": ("<=", 2.0),
}


def summary(path: Path = RESULT) -> str:
    """The machine, the targets, and every figure of the last run that was aimed at."""
    if not path.exists():
        return "Nothing was measured."
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    machine = ", ".join(f"{name} {value}" for name, value in result["machine"].items())
    return f"{machine}\n\n{target_table(result['figures'], result['spans'])}"


def target_table(
    figures: Mapping[str, float], spans: Mapping[str, Mapping[str, float]] | None = None
) -> str:
    """Median, smallest and largest of each figure, its target, and whether it is met."""
    lines = ["| figure | median | min | max | target | |", "|---|--:|--:|--:|---|---|"]
    for name, (way, target) in TARGETS.items():
        found = figures.get(name)
        is_met = found is not None and (found >= target if way == ">=" else found <= target)
        word = "–" if found is None else "met" if is_met else "missed"
        span = (spans or {}).get(name, {})
        cells = [_shown(each) for each in (found, span.get("min"), span.get("max"))]
        lines.append(f"| `{name}` | {' | '.join(cells)} | {way} {target:g} | {word} |")
    return "\n".join(lines)


def _shown(figure: float | None) -> str:
    return "–" if figure is None else f"{figure:.4g}"
