"""Processes that a killed supervisor left behind: found by their mark, never by name."""

import os
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # ships no types

from embedded.child import MARK

LIMIT_SECONDS = 15.0


def find_left_overs(mark: str) -> list[psutil.Process]:
    """Every process that carries the mark of this state folder, but this one."""
    return [
        process
        for process in psutil.process_iter()
        if process.pid != os.getpid() and mark_of(process) == mark
    ]


def end_left_overs(mark: str, limit_seconds: float = LIMIT_SECONDS) -> list[int]:
    """End them, in order first and by force after the limit; the ids of those ended.

    PostgreSQL is left to itself here: it takes SIGTERM for a request to wait for its clients,
    who are ended too, and its own folder tells for certain whether it still runs.
    """
    found = find_left_overs(mark)
    _send(found, force=False)
    _, stubborn = psutil.wait_procs(found, timeout=limit_seconds)
    _send(stubborn, force=True)
    psutil.wait_procs(stubborn, timeout=limit_seconds)
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


def _send(processes: list[psutil.Process], *, force: bool) -> None:
    for process in processes:
        try:
            process.kill() if force else process.terminate()
        except psutil.NoSuchProcess:
            continue
