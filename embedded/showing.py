"""`status` and `logs`: what runs, what it waits for, and what it says."""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from embedded.home import Home
from embedded.leftovers import is_alive
from embedded.lock import is_held
from embedded.programs import RECONCILIATION
from embedded.readiness import states
from embedded.report import Report, read_report
from embedded.settings import Settings

ORDER = (
    "supervisor",
    "postgres",
    "kafka",
    "issuer",
    "admissions",
    "quota",
    "notifications",
    "gateway",
    RECONCILIATION,
)
TAIL_LINES = 20
LOOK_EVERY_SECONDS = 0.3


def show_status(home: Home, settings: Settings) -> bool:
    """Print a table of the processes; whether all of them are ready."""
    report = read_report(home.report) if is_held(home.lock) else None
    if report is None:
        print("Hafenlotse is not running here: 'make up' starts it.")
        return False
    settings = replace(settings, gateway_port=report.gateway_port)  # it runs where it was started
    pids = {**report.processes, "supervisor": report.pid}
    found = {"supervisor": report.state, **states(home, settings)}
    if RECONCILIATION in pids and is_alive(pids[RECONCILIATION], home.root):
        found[RECONCILIATION] = "ready"  # nobody can ask it: it listens nowhere
    print(f"{'process':<15}{'id':<9}{'ended':<7}state")
    for name in ORDER:
        gone = name in pids and not is_alive(pids[name], home.root)
        state = "starts again" if gone else found.get(name, "not started yet")
        print(f"{name:<15}{pids.get(name, '-'):<9}{_ends(report, name):<7}{state}")
    print(f"\n{settings.address}  {home.access}")
    return report.state == "ready" and all(found.get(name) == "ready" for name in ORDER)


def show_logs(home: Home, *, follow: bool) -> None:
    """Print the end of every log, each line with its process; then what comes, if wanted."""
    places: dict[Path, int] = {}
    for path in sorted(home.logs.glob("*.log")):
        content = path.read_bytes()
        places[path] = len(content)
        for line in content.decode(errors="replace").splitlines()[-TAIL_LINES:]:
            print(f"{path.stem:<14} {line}")
    while follow:
        for path, line in _news(home, places):
            print(f"{path.stem:<14} {line}")
        sys.stdout.flush()
        time.sleep(LOOK_EVERY_SECONDS)


def _ends(report: Report, name: str) -> str:
    times = report.restarts.get(name, 0)
    return f"{times}x" if times else "-"


def _news(home: Home, places: dict[Path, int]) -> Iterator[tuple[Path, str]]:
    for path in sorted(home.logs.glob("*.log")):
        seen = places.get(path, 0)
        with path.open("rb") as file:
            file.seek(seen if path.stat().st_size >= seen else 0)
            content = file.read()
            whole = content.rpartition(b"\n")[0]
            places[path] = file.tell() - len(content) + (len(whole) + 1 if whole else 0)
        for line in whole.decode(errors="replace").splitlines():
            yield path, line
