"""A process of embedded mode: it has a log, a mark, and dies with whoever started it."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil  # type: ignore[import-untyped]  # ships no types

from embedded.account import Account

MARK = "HAFENLOTSE_INSTANCE"
"""Environment variable that says which state folder a process belongs to."""
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USER", "LOGNAME")
LOG_BYTES = 10_000_000
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Command:
    """How to start a process, and how to ask it to stop."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account = field(default_factory=Account)
    stop_signal: signal.Signals = signal.SIGTERM


class Child:
    """One running process, in a session of its own."""

    def __init__(self, command: Command, log: Path, mark: str, folder: Path) -> None:
        self.command = command
        with _open_log(log) as output:
            self._process = subprocess.Popen(
                command.arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                env={**kept_environment(), **command.environment, MARK: mark},
                start_new_session=True,
                user=command.account.user,
                group=command.account.group,
                extra_groups=[] if command.account.is_other else None,
                preexec_fn=_die_with_parent(command.stop_signal),  # noqa: PLW1509 - libc only
            )
        self.started_at = time.monotonic()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative for the signal that ended it."""
        return self._process.poll()

    def wait(self) -> int:
        """Its exit code, once it ended."""
        return self._process.wait()

    def ask_to_stop(self) -> None:
        """Send the signal at which it ends its work in order."""
        if self.exit_code is None:
            self._process.send_signal(self.command.stop_signal)

    def stop(self, limit_seconds: float) -> None:
        """End it in order, or by force after the limit; returns when it is gone."""
        self.ask_to_stop()
        try:
            self._process.wait(limit_seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it and what it started as `kill -9` does; returns when all are gone."""
        offspring = _offspring(self.pid) if self.exit_code is None else []
        self._process.kill()
        self._process.wait()
        for process in offspring:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        until_gone(offspring, limit_seconds=10)


def until_gone(processes: Sequence[psutil.Process], limit_seconds: float) -> list[psutil.Process]:
    """Those that still run after the limit; a zombie is gone, whoever forgets to collect it."""
    until = time.monotonic() + limit_seconds
    while (left := [one for one in processes if _runs(one)]) and time.monotonic() < until:
        time.sleep(0.02)
    return left


def run_to_end(command: Command, log: Path, mark: str, folder: Path) -> bool:
    """Run a program that ends by itself, marked as all others; whether it ended well."""
    child = Child(command, log, mark, folder)
    try:
        return child.wait() == 0
    except BaseException:
        child.kill()
        raise


def last_line(log: Path) -> str:
    """The last line of a log that is not empty, shortened; or that there is none."""
    content = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    lines = [line.strip() for line in content.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "nothing was said"


def kept_environment() -> dict[str, str]:
    """The few variables that a process is given from the caller's environment."""
    return {name: os.environ[name] for name in KEPT if name in os.environ}


def in_words(exit_code: int) -> str:
    """How a process ended: 'exit code 1', 'SIGKILL'."""
    return signal.Signals(-exit_code).name if exit_code < 0 else f"exit code {exit_code}"


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _offspring(pid: int) -> list[psutil.Process]:
    try:
        return list(psutil.Process(pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _open_log(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def _die_with_parent(by: signal.Signals) -> Callable[[], None] | None:
    # The kernel sends the signal when the *thread* that forked ends: only the main one lasts.
    if LIBC is None or threading.current_thread() is not threading.main_thread():
        return None
    prctl = LIBC.prctl

    def tell_the_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, int(by))

    return tell_the_kernel
