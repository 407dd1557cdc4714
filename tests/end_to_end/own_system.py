"""An embedded system of the suite's own, in a folder and on a port of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.end_to_end.handed_out import kept_secrets, logs_of, spilled

ROOT = Path(__file__).parents[2]
START_SECONDS, STOP_SECONDS = 240, 60


@contextmanager
def own_system(python: Path | None = None, **more: str) -> Iterator[Path]:
    """The access.json of a fresh system; afterwards none of its processes is left.

    Its processes run by the interpreter of the tests unless another one is named; `more` are
    settings of embedded mode.
    """
    with tempfile.TemporaryDirectory(prefix="hafenlotse-e2e-") as folder:
        home = Path(folder)
        own = {"HAFENLOTSE_HOME": folder, "HAFENLOTSE_GATEWAY_PORT": str(free_port())}
        settings = own | more
        said = {}
        try:
            said["up"] = embedded("up", settings, START_SECONDS, python)
            started = processes(home / "access.json")
            yield home / "access.json"
        finally:
            said["down"] = embedded("down", settings, STOP_SECONDS, python)
        left = [f"{name} {pid}" for name, pid in started.items() if is_alive(pid)]
        left += commands_naming(folder)
        assert not left, f"still running after `down`: {left}"
        told = spilled(kept_secrets(home), logs_of(home) | said)
        assert not told, f"secrets were told: {told}"


def embedded(
    command: str, settings: dict[str, str], within: float, python: Path | None = None
) -> str:
    """Run `python -m embedded` for its words; they are the failure's message, too."""
    done = subprocess.run(
        [python or sys.executable, "-m", "embedded", command],
        cwd=ROOT,
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=within,
        check=False,
    )
    said = done.stdout.decode(errors="replace")
    assert done.returncode == 0, f"`embedded {command}` ended with {done.returncode}:\n{said}"
    return said


def processes(access: Path) -> dict[str, int]:
    """Name → process id, as the running system says."""
    named: dict[str, int] = json.loads(access.read_text()).get("processes", {})
    return named


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that waits to be buried does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


@contextmanager
def standing_still(*pids: int) -> Iterator[None]:
    """Processes do nothing while the block runs, and then go on as if nothing had been."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def commands_naming(folder: str) -> list[str]:
    """Command lines of running processes that name the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # it ended, or it is not ours to see
            continue
        if folder in command:
            found.append(f"{process.name}: {command}")
    return found


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
