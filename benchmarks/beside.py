"""Processes that are up before the load begins: to start one takes seconds on a busy machine."""

import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

import benchmarks.arrivals
import benchmarks.sending
import benchmarks.watching

HERE_SECONDS = 0.3
NEEDED = (benchmarks.arrivals, benchmarks.sending, benchmarks.watching)
"""What the processes will run: a process that imports this module has loaded it."""


@contextmanager
def processes_beside(count: int) -> Iterator[ProcessPoolExecutor]:
    """So many processes of their own, each of them started and waiting for work."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=spawn) as processes:
        # One that sleeps can't take a second call, so each call has a process of its own.
        for here in [processes.submit(be_here) for _ in range(count)]:
            here.result()
        yield processes


def be_here() -> None:
    """Stay long enough that the next call goes to another process."""
    time.sleep(HERE_SECONDS)
