"""Servers that stand still: they take connections and say nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # ships no types


@contextmanager
def frozen(folder: Path) -> Iterator[None]:
    """Let every process that works on a server's folder stand still."""
    found = [process for process in psutil.process_iter() if _works_on(process, folder)]
    processes = [each for one in found for each in (one, *one.children(recursive=True))]
    assert processes
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


def _works_on(process: psutil.Process, folder: Path) -> bool:
    try:
        return any(part.startswith(str(folder)) for part in process.cmdline())
    except psutil.Error:
        return False
