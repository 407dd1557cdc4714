"""What keeps embedded mode from running, as one sentence for the person at the terminal."""

import errno
from pathlib import Path

DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT)


class Fault(Exception):
    """What is wrong, why, and what to do about it; printed without a traceback, exit code 1."""


def fault_of(error: OSError, place: Path) -> Fault:
    """The sentence for what the operating system refused at a place."""
    named = Path(error.filename) if isinstance(error.filename, str) else place
    where = place if place in named.parents else named
    if error.errno in DISK_IS_FULL:
        return Fault(f"The disk that holds {where} is full: free some space and run it again.")
    if error.errno == errno.EROFS:
        return Fault(
            f"{where} is on a read-only disk: set HAFENLOTSE_HOME to a folder that can be written."
        )
    if isinstance(error, PermissionError):
        return Fault(
            f"{where} can't be written by this user: change its owner, or set HAFENLOTSE_HOME "
            "to a folder of your own."
        )
    return Fault(f"{where} can't be used ({error.strerror or error}): see to it and run it again.")
