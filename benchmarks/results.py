"""The result of the last run as JSON: each part keeps what it measured, the figures of all flat."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figures import Figures
from benchmarks.machine import describe_machine

Spans = Mapping[str, Mapping[str, float]]
RESULT = Path(__file__).parent / "results" / "latest.json"


def begin_anew(path: Path = RESULT) -> None:
    """Forget the last run, so that no figure of it is taken for one of this run."""
    path.unlink(missing_ok=True)


def span(values: Sequence[float]) -> dict[str, float]:
    """Minimum, median and maximum."""
    return {"min": min(values), "median": median(values), "max": max(values)}


def spans(runs: Mapping[Any, Sequence[Figures]]) -> Spans:
    """The span of every figure that all runs of a load have, by its flat name."""
    return {
        f"{name}_{load}": span([run[name] for run in each])
        for load, each in runs.items()
        for name in each[0]
        if all(name in run for run in each)
    }


def keep(
    part: str, figures: Figures, details: object, spans: Spans | None = None, path: Path = RESULT
) -> None:
    """Put a part in, with its command; its figures and their spans join those of other parts."""
    result: dict[str, Any] = {"figures": {}, "spans": {}, "parts": {}}
    if path.exists():
        result |= json.loads(path.read_text(encoding="utf-8"))
    result["machine"] = describe_machine()
    result["figures"] |= figures
    result["spans"] |= spans or {}
    result["parts"][part] = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join([f"python -m benchmarks.{part}", *sys.argv[1:]]),
        "measured": details,
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
