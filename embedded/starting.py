"""`up`: start a supervisor in the background and wait, with progress, until all is ready."""

import os
import subprocess
import sys
import time
from collections.abc import Callable

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
    if _until_known(home) is None:
        print("starting PostgreSQL, Kafka, issuer and services", flush=True)
        process = _start_supervisor(home)
        _wait(home, process.pid, lambda: process.poll() is None)
    # Two that start at the same moment: one supervisor goes away, and both wait for the other.
    if running := _until_known(home):
        _wait(home, running, lambda: is_alive(running, home.root))
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


def _start_supervisor(home: Home) -> "subprocess.Popen[bytes]":
    handed_on = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
    with home.log("supervisor").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "embedded", "supervise"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=ROOT,
            env={**kept_environment(), **handed_on, MARK: str(home.root)},
            start_new_session=True,
        )


def _wait(home: Home, pid: int, runs: Callable[[], bool]) -> None:
    """Print each step that is done; return when all is ready, or raise its Fault."""
    told = 0
    until = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < until:
        gone = not runs()
        report = read_report(home.report)
        own = report if report is not None and report.pid == pid else None
        told = _tell(own, told)
        if own is not None and own.state == "ready":
            return
        if gone:
            _explain_end(home, own)
            return
        time.sleep(LOOK_EVERY_SECONDS)
    raise Fault(f"Not ready after {LIMIT_SECONDS:.0f} s: 'make status' says what it waits for.")


def _explain_end(home: Home, report: Report | None) -> None:
    """Raise what it said; nothing if it ended because another supervisor runs here."""
    if report is None and is_held(home.lock):
        return
    said = report.fault if report is not None else None
    raise Fault(said or f"The supervisor ended: it says why in {home.log('supervisor')}.")


def _wait_for_restarts(home: Home, settings: Settings) -> None:
    """A process of a running whole may be starting again: ready is when all of them are."""
    until = time.monotonic() + LIMIT_SECONDS
    while missing := [name for name, state in states(home, settings).items() if state != "ready"]:
        if time.monotonic() > until:
            raise Fault(
                f"Not ready after {LIMIT_SECONDS:.0f} s: {', '.join(missing)}; see 'make logs'."
            )
        time.sleep(LOOK_EVERY_SECONDS)


def _tell(report: Report | None, told: int) -> int:
    """Print the steps that were not told yet; how many are told now.

    What was ready at the first look has nothing to tell.
    """
    if report is None or (report.state == "ready" and not told):
        return told
    for seconds, text in report.steps[told:]:
        print(f"{seconds:5.1f} s  {text}", flush=True)
    return len(report.steps)
