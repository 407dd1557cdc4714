"""The state folder: what survives a stop, and where each part of it lies."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from embedded.faults import Fault, fault_of

FIRST_START_BYTES = 400_000_000
LATER_START_BYTES = 100_000_000


@dataclass(frozen=True)
class Home:
    """One state folder; at most one supervisor runs on it."""

    root: Path

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def ports(self) -> Path:
        return self.root / "ports.json"

    @property
    def report(self) -> Path:
        """What the supervisor says about itself and its processes."""
        return self.root / "supervisor.json"

    @property
    def access(self) -> Path:
        """Addresses and credentials for whoever tries it out."""
        return self.root / "access.json"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def mails(self) -> Path:
        return self.root / "mails"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def kafka(self) -> Path:
        return self.root / "kafka"

    @property
    def gateway(self) -> Path:
        return self.root / "gateway"

    def log(self, name: str) -> Path:
        """The log of one process."""
        return self.logs / f"{name}.log"

    def was_started_before(self) -> bool:
        return self.ports.exists()


def open_home(root: Path) -> Home:
    """Make the folders, or a Fault that says why this place can't hold the state."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        home = Home(root.resolve())
        _let_another_user_pass(home)
        _check_space(home)
        for folder, mode in ((home.secrets, 0o700), (home.mails, 0o700), (home.logs, 0o755)):
            folder.mkdir(mode=mode, exist_ok=True)
        with tempfile.TemporaryFile(dir=home.root) as trial:
            trial.write(b"x" * 4096)
    except OSError as error:
        raise fault_of(error, root) from error
    return home


def _let_another_user_pass(home: Home) -> None:
    # As root PostgreSQL runs as another user, whose data belongs into this folder too.
    if os.geteuid() == 0 and not any(home.root.iterdir()):
        home.root.chmod(home.root.stat().st_mode | 0o011)


def _check_space(home: Home) -> None:
    needed = LATER_START_BYTES if home.was_started_before() else FIRST_START_BYTES
    free = shutil.disk_usage(home.root).free
    if free < needed:
        raise Fault(
            f"The disk that holds {home.root} has {free // 10**6} MB left and "
            f"{needed // 10**6} MB are needed: free some space, or set HAFENLOTSE_HOME elsewhere."
        )


def write_whole(path: Path, content: str | bytes, mode: int = 0o600) -> None:
    """Replace a file in one step, so that no reader ever sees half of it."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
