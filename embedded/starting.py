"""`up`: start a supervisor in the background and wait, with progress, until all is ready."""

import os
import subprocess
import sys
import time

from embedded.child import MARK, kept_environment
from embedded.faults import Fault
from embedded.home import Home, open_home
from embedded.invitation import invitation
from embedded.leftovers import is_alive
from embedded.lock import is_held
from embedded.readiness import states
from embedded.report import Report, read_report
from embedded.settings import PREFIX, ROOT, Settings

LIMIT_SECONDS = 200.0
LOOK_EVERY_SECONDS = 0.05


def start(settings: Settings) -> None:
    """Start it, or find it running, and say where it is and how to try it; raises Fault."""
    home = open_home(settings.home)
    begun = time.monotonic()
    runs = _until_known(home)
    print(
        "it runs already" if runs else "starting PostgreSQL, Kafka, issuer and services", flush=True
    )
    _wait(home, runs or _start_supervisor(home))
    _wait_for_restarts(home, settings)
    print(invitation(home, time.monotonic() - begun), flush=True)


def _until_known(home: Home) -> int | None:
    """The id of the supervisor that runs here, or None; one that stops is waited for."""
    until = time.monotonic() + LIMIT_SECONDS
    while is_held(home.lock):
        report = read_report(home.report)
        if report and report.state in {"starting", "ready"} and is_alive(report.pid, home.root):
            return report.pid
        if time.monotonic() > until:
            raise Fault(
                f"Another program holds {home.lock}: stop it, or set HAFENLOTSE_HOME elsewhere."
            )
        time.sleep(LOOK_EVERY_SECONDS)
    return None


def _start_supervisor(home: Home) -> int:
    handed_on = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
    with home.log("supervisor").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "embedded", "supervise"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=ROOT,
            env={**kept_environment(), **handed_on, MARK: str(home.root)},
            start_new_session=True,
        )
    return process.pid


def _wait(home: Home, pid: int) -> None:
    """Print each step that is done; return when all is ready, or raise its Fault."""
    told = 0
    until = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < until:
        gone = not is_alive(pid, home.root)
        report = read_report(home.report)
        if report is not None and report.pid == pid:
            was_ready = report.state == "ready" and not told
            told = len(report.steps) if was_ready else _tell(report, told)
            if report.fault and gone:
                raise Fault(report.fault)
            if report.state == "ready":
                return
        if gone:
            raise Fault(f"The supervisor ended: it says why in {home.log('supervisor')}.")
        time.sleep(LOOK_EVERY_SECONDS)
    raise Fault(f"Not ready after {LIMIT_SECONDS:.0f} s: 'make status' says what it waits for.")


def _wait_for_restarts(home: Home, settings: Settings) -> None:
    """A process of a running whole may be starting again: ready is when all of them are."""
    until = time.monotonic() + LIMIT_SECONDS
    while missing := [name for name, state in states(home, settings).items() if state != "ready"]:
        if time.monotonic() > until:
            raise Fault(
                f"Not ready after {LIMIT_SECONDS:.0f} s: {', '.join(missing)}; see 'make logs'."
            )
        time.sleep(LOOK_EVERY_SECONDS)


def _tell(report: Report, told: int) -> int:
    for seconds, text in report.steps[told:]:
        print(f"{seconds:5.1f} s  {text}", flush=True)
    return len(report.steps)
