"""The packages of others that are measured beside ours, in an environment of their own."""

import hashlib
import subprocess
import sys
from pathlib import Path

from embedded.settings import ROOT

REQUIREMENTS = ROOT / "requirements" / "bench.txt"
VENV = Path(sys.prefix) / "bench"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"


def install_peers() -> None:
    """Make the environment, by hashes; nothing if it is there and as it is pinned."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == digest:
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    only = ["--require-hashes", "--only-binary", ":all:", "-r", str(REQUIREMENTS)]
    subprocess.run([*pip, *only], check=True)
    STAMP.write_text(digest, encoding="utf-8")
