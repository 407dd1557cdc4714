"""The user that PostgreSQL runs as, which must not be root."""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from embedded.faults import Fault

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


def reachable_programs(account: Account, programs: Path, place: Path) -> Path:
    """The folder `bin` of PostgreSQL, copied to `place` if the account can't go where it is."""
    if not account.is_other or account.can_enter(programs / "postgres"):
        return programs
    copy = place / f"server-{hashlib.sha256(str(programs).encode()).hexdigest()[:12]}"
    if not copy.exists():
        partly = Path(tempfile.mkdtemp(dir=place))
        shutil.copytree(programs.parent, partly / "server", symlinks=True)
        partly.chmod(0o755)
        (partly / "server").rename(copy)
        partly.rmdir()
    return copy / "bin"
