"""The install: nothing but Python is needed, and what is wrong is one sentence."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from embedded.settings import ROOT

WITH_PIP = '"-m venv "[!-]*'
"""A shell pattern: an environment with a pip of its own, which takes seconds to make."""
WHEEL = "tiny-1.0-py3-none-any.whl"
CONTENT = {
    "tiny.py": "",
    "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
    "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "tiny-1.0.dist-info/RECORD": "tiny.py,,\n",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that asks for one tiny package and has Kafka's files already."""
    folder = tmp_path / "checkout"
    shutil.copytree(ROOT / "embedded", folder / "embedded")
    (folder / "embedded" / "preparation.py").write_text("")
    (folder / "requirements").mkdir()
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        for name, text in CONTENT.items():
            wheel.writestr(name, text)
    ask_for_wheel(folder, hashlib.sha256((folder / WHEEL).read_bytes()).hexdigest())
    return folder


def ask_for_wheel(checkout: Path, digest: str) -> None:
    line = f"tiny @ file://{checkout / WHEEL} --hash=sha256:{digest}\n"
    (checkout / "requirements" / "runtime.txt").write_text(line)


def install(checkout: Path, python: str) -> tuple[int, str]:
    """Exit code and what was printed; `python` is what the install takes itself to run on."""
    run = f"import runpy, sys; sys.executable = {python!r}; sys.argv = ['install']; "
    done = subprocess.run(
        [sys.executable, "-c", run + "runpy.run_module('embedded.install', run_name='__main__')"],
        cwd=checkout,
        env={"PATH": os.environ["PATH"], "HOME": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def a_python_that_refuses(folder: Path, arguments: str) -> str:
    """A Python that fails when it is called with arguments like these."""
    path = folder / "python"
    path.write_text(
        f'#!/bin/sh\ncase "$*" in {arguments}) exit 1;; esac\nexec {sys.executable} "$@"\n'
    )
    path.chmod(0o755)
    return str(path)


def test_an_install_that_was_killed_starts_anew(checkout: Path, tmp_path: Path) -> None:
    python = a_python_that_refuses(tmp_path, WITH_PIP)
    left = checkout / ".venv" / "left by the killed one"
    left.parent.mkdir()
    left.touch()
    (checkout / ".venv" / "installing").touch()
    code, said = install(checkout, python)
    assert (code, "making .venv" in said) == (0, True), said
    assert not left.exists()
    assert install(checkout, python) == (0, "")


def test_a_package_that_is_not_the_listed_one_is_refused(checkout: Path, tmp_path: Path) -> None:
    ask_for_wheel(checkout, "0" * 64)
    code, said = install(checkout, a_python_that_refuses(tmp_path, WITH_PIP))
    assert code == 1
    assert "a package is broken or not the one that is listed" in said
    assert "Traceback" not in said


def test_a_python_without_ensurepip_lends_its_own_pip(checkout: Path, tmp_path: Path) -> None:
    python = a_python_that_refuses(tmp_path, WITH_PIP)
    code, said = install(checkout, python)
    assert code == 0, said
    assert list((checkout / ".venv").glob("lib/*/site-packages/tiny.py"))
    assert not list((checkout / ".venv").glob("lib/*/site-packages/pip"))


def test_a_python_that_makes_no_environment_is_named(checkout: Path, tmp_path: Path) -> None:
    python = a_python_that_refuses(tmp_path, '"-m "*')
    code, said = install(checkout, python)
    assert code == 1
    assert said.splitlines()[-1].startswith(f"{python} has no module to make a virtual environment")
    assert "Traceback" not in said
