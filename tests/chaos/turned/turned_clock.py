"""Turns the clock of every Python process that runs by the interpreter of `clocks.py`.

Its own copy of the wall clock only: what is measured on the monotonic clock goes on, as it does
when somebody sets the time of a machine.
"""

import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import time_machine

OFFSET = Path(sys.prefix) / "offset"
LOOK_EVERY_SECONDS = 0.02


def follow(seen: threading.Event) -> None:
    """Shift the clock whenever the file says another number of seconds."""
    clock = time_machine.travel(datetime.now(UTC), tick=True).start()
    turned, never = 0.0, threading.Event()
    while not never.wait(LOOK_EVERY_SECONDS):
        with suppress(FileNotFoundError):
            offset = float(OFFSET.read_text())
            clock.shift(offset - turned)
            turned = offset
        seen.set()


def start() -> None:
    """Begin with the clock as it is turned now."""
    seen = threading.Event()
    threading.Thread(target=follow, args=[seen], daemon=True).start()
    seen.wait()


start()
