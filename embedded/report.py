"""What the supervisor says about itself, in a file that `up`, `down` and `status` read."""

import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from embedded.home import write_whole
from embedded.settings import GATEWAY_PORT


@dataclass
class Report:
    """State `starting`, `ready`, `failed` or `stopping`; steps are (seconds since start, text)."""

    pid: int
    gateway_port: int = GATEWAY_PORT
    state: str = "starting"
    fault: str | None = None
    steps: list[tuple[float, str]] = field(default_factory=list)
    processes: dict[str, int] = field(default_factory=dict)
    restarts: dict[str, int] = field(default_factory=dict)
    waits_for: dict[str, str] = field(default_factory=dict)


class Reporter:
    """Keeps the report and writes it after each change."""

    def __init__(self, path: Path, gateway_port: int) -> None:
        self._path, self._begun = path, time.monotonic()
        self.report = Report(os.getpid(), gateway_port)
        self.write()

    def step(self, text: str) -> None:
        """Say that a step is done."""
        self.report.steps.append((round(time.monotonic() - self._begun, 1), text))
        self.write()

    def turn(self, state: str, fault: str | None = None) -> None:
        """Say that the whole is in another state now."""
        self.report.state, self.report.fault = state, fault
        self.write()

    def write(self) -> None:
        write_whole(self._path, json.dumps(asdict(self.report)), mode=0o644)


def read_report(path: Path) -> Report | None:
    """The last report, or None if there is none that can be read."""
    try:
        return Report(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
