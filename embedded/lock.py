"""One supervisor for one state folder."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Held(Exception):
    """Another process holds the lock."""


@contextmanager
def lock_held(path: Path, patience_seconds: float = 1.0) -> Iterator[None]:
    """Hold the lock until the end, or raise Held; a killed holder frees it at once."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _take(descriptor, path, time.monotonic() + patience_seconds)
        yield
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether a supervisor runs on this folder now."""
    try:
        with lock_held(path, patience_seconds=0):
            return False
    except Held:
        return True
    except FileNotFoundError:
        return False


def _take(descriptor: int, path: Path, until: float) -> None:
    # A glance by is_held takes the lock for a moment: that must not turn a supervisor away.
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if time.monotonic() >= until:
                raise Held(path) from error
            time.sleep(0.02)
