"""Takes out of the image what no service runs: shells, tools, package managers, pip."""

import shutil
import sys
from pathlib import Path

PROGRAMS = ("bin", "sbin", "usr/bin", "usr/sbin", "usr/local/sbin")
KEPT = "python"
"""Programs whose names start so: the interpreter is in one of these folders in some images."""
INSTALLERS = (
    "usr/local/bin/pip*",
    "usr/local/lib/python3*/site-packages/pip*",
    "usr/local/lib/python3*/ensurepip",
    "usr/lib/python3*/ensurepip",
)


def bare(root: Path) -> int:
    """Remove them below a root; how many files and folders went."""
    gone = 0
    for folder in (root / name for name in PROGRAMS):
        if folder.is_dir() and not folder.is_symlink():
            for program in sorted(folder.iterdir()):
                gone += not program.name.startswith(KEPT) and _remove(program)
    return gone + sum(_remove(path) for name in INSTALLERS for path in sorted(root.glob(name)))


def _remove(path: Path) -> bool:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
    return True


if __name__ == "__main__":
    sys.exit(0 if bare(Path("/")) else "nothing was there to take out")
