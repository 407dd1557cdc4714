"""An interpreter of a system's own, by which each of its processes imports a module of ours."""

import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent


@contextmanager
def importing(module: str) -> Iterator[Path]:
    """The folder (`sys.prefix`) of an interpreter with the packages of this one.

    It imports the module ("turned.turned_clock": folder here, name in it) before anything else.
    """
    folder, _, name = module.partition(".")
    with tempfile.TemporaryDirectory(prefix=f"hafenlotse-{folder}-") as prefix:
        venv.create(prefix, symlinks=True)
        [packages] = Path(prefix).glob("lib/python*/site-packages")
        lines = [sysconfig.get_path("purelib"), str(HERE / folder), f"import {name}"]
        (packages / f"{folder}.pth").write_text("\n".join(lines))
        for installed in ("bin/caddy", "share"):
            (Path(prefix) / installed).symlink_to(Path(sys.prefix) / installed)
        yield Path(prefix)


def python_of(prefix: Path) -> Path:
    """How it is called."""
    return prefix / "bin" / "python"
