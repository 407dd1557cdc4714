"""Makes .venv from the pinned requirements, with nothing but Python's standard library."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embedded.faults import Fault, fault_of

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "installed"
BUSY = VENV / "installing"
"""Is there while .venv changes: found at a start, it tells of an install that was killed."""
LOG = VENV / "install.log"
RUNTIME = ROOT / "requirements" / "runtime.txt"
KAFKA = (ROOT / "embedded" / "kafka-4.4.0.jars", RUNTIME)
"""Kafka's files are made ready for the Java runtime that the packages bring."""
NEEDED_BYTES = 700_000_000
SPEAK_EVERY_SECONDS = 10

CAUSES = (
    ("DO NOT MATCH THE HASHES", "a package is broken or not the one that is listed"),
    ("No space left on device", "the disk is full: free some space"),
    ("Read-only file system", "the disk is read-only"),
    ("Permission denied", "a folder can't be written by this user"),
    ("CERTIFICATE_VERIFY_FAILED", "the package index's certificate is not trusted here"),
    ("onnection", "the package index can't be reached, and the first start needs the network"),
    ("No matching distribution", "a package is not offered for this machine or Python"),
)
"""What pip writes, and what that means to a person; the first that fits counts."""


def install(requirements: list[Path]) -> None:
    """Bring .venv up to date: each requirements file, then Kafka's jars; nothing if all is there.

    Raises Fault. Killed at any moment, the next call starts .venv anew.
    """
    if _is_done(requirements):
        return
    with _alone():
        if not _is_whole():
            _make_venv()
        BUSY.touch()
        for file in requirements:
            _once((file,), f"packages of {file.name}", _pip(file))
        # From here on what is there is whole: each file of Kafka is put in its place by a rename.
        BUSY.unlink()
        _once(KAFKA, "Apache Kafka", [str(PYTHON), "-m", "embedded.preparation"])


def _is_done(requirements: list[Path]) -> bool:
    return _is_whole() and all(
        _is_stamped(files) for files in (*((file,) for file in requirements), KAFKA)
    )


def _is_whole() -> bool:
    return not BUSY.exists() and _stamp("python") == _version_of_venv()


def _version_of_venv() -> str | None:
    """Of the Python that .venv leads to: the system's may have been renewed since."""
    ask = [str(PYTHON), "-ISc", "import sys; print(*sys.version_info[:2])"]
    try:
        return subprocess.run(ask, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None


def _make_venv() -> None:
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_BYTES:
        raise Fault(
            f"The disk that holds {ROOT} has {free // 10**6} MB left, and to install takes "
            f"{NEEDED_BYTES // 10**6} MB: free some space and run it again."
        )
    say("making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    VENV.mkdir()
    BUSY.touch()
    if not _runs([sys.executable, "-m", "venv", str(VENV)]) and not (
        _runs([sys.executable, "-m", "venv", "--without-pip", str(VENV)])
        and _runs([sys.executable, "-m", "pip", "--python", str(PYTHON), "--version"])
    ):
        raise Fault(
            f"{sys.executable} has no module to make a virtual environment with: install it "
            "(Debian, Ubuntu: apt install python3-venv), or set PYTHON to another Python."
        )
    STAMPS.mkdir()
    (STAMPS / "python").write_text(_version_of_venv() or "", encoding="utf-8")


def _pip(file: Path) -> list[str]:
    own = _runs([str(PYTHON), "-m", "pip", "--version"])
    pip = (
        [str(PYTHON), "-m", "pip"]
        if own
        else [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    )
    quietly = [
        "--no-input",
        "--disable-pip-version-check",
        "--progress-bar",
        "off",
        "--retries",
        "2",
    ]
    return [
        *pip,
        "install",
        "--require-hashes",
        "--only-binary",
        ":all:",
        *quietly,
        "-r",
        str(file),
    ]


def _once(files: tuple[Path, ...], what: str, command: list[str]) -> None:
    if _is_stamped(files):
        return
    started = time.monotonic()
    say(f"installing {what}")
    if not _runs(command, speak=True):
        raise Fault(_why(what))
    (STAMPS / files[0].name).write_text(_digest(files), encoding="utf-8")
    say(f"installed {what} in {time.monotonic() - started:.0f} s")


def _runs(command: list[str], *, speak: bool = False) -> bool:
    """Whether the command succeeds; what it prints goes to the log."""
    with LOG.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT, env=_environment())
        waited = 0
        while True:
            try:
                return process.wait(SPEAK_EVERY_SECONDS) == 0
            except subprocess.TimeoutExpired:
                waited += SPEAK_EVERY_SECONDS
                if speak:
                    say(f"  still at it after {waited} s")
            except BaseException:
                process.kill()
                raise


def _environment() -> dict[str, str]:
    """The caller's, less what would lead pip to another place than .venv."""
    elsewhere = (
        "PYTHONPATH",
        "PYTHONHOME",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_USER",
        "PIP_REQUIRE_HASHES",
    )
    return {name: value for name, value in os.environ.items() if name not in elsewhere}


def _why(what: str) -> str:
    log = LOG.read_text(encoding="utf-8", errors="replace")
    lines = [line for line in log.splitlines() if line.strip()]
    if what == "Apache Kafka":
        return lines[-1] if lines else "Kafka's files could not be fetched: run it again."
    words = f"The {what} could not be installed: {cause_in(log)}."
    return f"{words} Run it again then; all of it is in {LOG}."


def cause_in(log: str) -> str:
    """What pip's words mean to a person."""
    return next((cause for sign, cause in CAUSES if sign in log), "pip gave up")


def _is_stamped(files: tuple[Path, ...]) -> bool:
    return _stamp(files[0].name) == _digest(files)


def _stamp(name: str) -> str:
    try:
        return (STAMPS / name).read_text(encoding="utf-8")
    except OSError:
        return ""


def _digest(files: tuple[Path, ...]) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other install works on this checkout."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def say(text: str) -> None:
    """One line of progress."""
    print(text, flush=True)


def main() -> None:
    """Install requirements/runtime.txt and the requirements files that are named."""
    try:
        install([RUNTIME, *(Path(name).resolve() for name in sys.argv[1:])])
    except Fault as fault:
        sys.exit(str(fault))
    except OSError as error:
        sys.exit(str(fault_of(error, VENV)))
    except KeyboardInterrupt:
        sys.exit("Stopped; the next start goes on.")


if __name__ == "__main__":
    main()
