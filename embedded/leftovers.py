"""Processes that a killed supervisor left behind: found by their mark, never by name."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # ships no types

from embedded.child import MARK, until_gone

LIMIT_SECONDS = 15.0
FAST_STOP = {"postgres": signal.SIGINT}
"""By program: at SIGTERM PostgreSQL would wait for its clients first."""


def find_left_overs(mark: str) -> list[psutil.Process]:
    """Every process that carries the mark of this state folder, but this one."""
    return [
        process
        for process in psutil.process_iter()
        if process.pid != os.getpid() and mark_of(process) == mark
    ]


def end_left_overs(mark: str, limit_seconds: float = LIMIT_SECONDS) -> list[int]:
    """End them, in order first and by force after the limit; the ids of those ended."""
    found = find_left_overs(mark)
    for process in found:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(FAST_STOP.get(process.name(), signal.SIGTERM))
    stubborn = until_gone(found, limit_seconds)
    for process in stubborn:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    until_gone(stubborn, limit_seconds)
    return [process.pid for process in found]


def mark_of(process: psutil.Process) -> str | None:
    """The state folder that a process belongs to; None for a stranger's."""
    try:
        mark: str | None = process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None
    return mark


def is_alive(pid: int, mark: Path) -> bool:
    """Whether this number is still a process of this state folder."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and mark_of(process) == str(mark)
    except psutil.NoSuchProcess:
        return False
