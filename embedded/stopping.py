"""`down`: stop everything of a state folder and see to it that no process is left."""

import os
import signal
import time

from embedded.faults import Fault
from embedded.home import Home
from embedded.leftovers import end_left_overs, find_left_overs, is_alive
from embedded.lock import is_held
from embedded.report import read_report

LIMIT_SECONDS = 45.0
LOOK_EVERY_SECONDS = 0.05


def stop(home: Home) -> None:
    """Ask the supervisor to stop all, then end by force what is left; raises Fault."""
    begun = time.monotonic()
    if not home.root.exists() or not (is_held(home.lock) or find_left_overs(str(home.root))):
        print("Hafenlotse is not running here.")
        return
    _ask_supervisor(home)
    end_left_overs(str(home.root))
    left = find_left_overs(str(home.root))
    if left:
        numbers = ", ".join(str(process.pid) for process in left)
        raise Fault(f"These processes could not be ended: {numbers}. End them as their user.")
    print(f"Stopped in {time.monotonic() - begun:.1f} s; no process is left, the data is kept.")


def _ask_supervisor(home: Home) -> None:
    report = read_report(home.report)
    if report is None or not is_alive(report.pid, home.root):
        return
    os.kill(report.pid, signal.SIGTERM)
    until = time.monotonic() + LIMIT_SECONDS
    while is_alive(report.pid, home.root) and time.monotonic() < until:
        time.sleep(LOOK_EVERY_SECONDS)
