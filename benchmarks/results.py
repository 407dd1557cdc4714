"""The result of the last run as JSON: each part keeps what it measured, the figures of all flat."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.machine import describe_machine

RESULT = Path(__file__).parent / "results" / "latest.json"


def begin_anew(path: Path = RESULT) -> None:
    """Forget the last run, so that no figure of it is taken for one of this run."""
    path.unlink(missing_ok=True)


def keep(part: str, figures: Mapping[str, float], details: object, path: Path = RESULT) -> None:
    """Put a part in, with its command; its figures join those of the other parts."""
    result: dict[str, Any] = {"figures": {}, "parts": {}}
    if path.exists():
        result = json.loads(path.read_text(encoding="utf-8"))
    result["machine"] = describe_machine()
    result["figures"] |= figures
    result["parts"][part] = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join([f"python -m benchmarks.{part}", *sys.argv[1:]]),
        "measured": details,
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
