"""Writes the bill of materials of what runs: `python -m supply [FILE]`."""

import hashlib
import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from supply.bill import bill, faults, named_twice
from supply.jars import read_jars
from supply.part import Creator, Part, PartFault
from supply.wheels import read_wheels

ROOT = Path(__file__).parents[1]
RUNTIME = ROOT / "requirements" / "runtime.txt"
WRITTEN = "hafenlotse.cdx.json"


def fetch_wheels(folder: Path) -> None:
    """The files that pip would install here, checked against the pinned hashes."""
    fetched = subprocess.run(
        [
            sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
            "--no-deps", "--require-hashes", "--only-binary", ":all:",
            "--dest", str(folder), "-r", str(RUNTIME),
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if fetched.returncode:
        raise PartFault(f"the packages could not be fetched: {fetched.stderr.strip()[-300:]}")


def asked_for(root: Path = ROOT) -> list[Requirement]:
    """What services.in and runtime.in name."""
    texts = [(root / "requirements" / f"{name}.in").read_text() for name in ("services", "runtime")]
    lines = [line.partition("#")[0].strip() for text in texts for line in text.splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def product(parts: Sequence[Part], asked: Sequence[Requirement]) -> Part:
    """We: the committed tree as one archive; it needs what is asked for or what no part needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tree = subprocess.run(
        ["git", "archive", "--format=tar", "HEAD"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    names = {canonicalize_name(requirement.name) for requirement in asked}
    needed = {ref for part in parts for ref in part.needs}
    return Part(
        ref=f"pkg:generic/{project['name']}@{project['version']}",
        name=project["name"],
        version=project["version"],
        creator=Creator("The Hafenlotse contributors", project["urls"]["Repository"]),
        licences=project["license"],
        filename=f"{project['name']}-{project['version']}.tar",
        sha512=hashlib.sha512(tree).hexdigest(),
        needs=tuple(p.ref for p in parts if p.name in names or p.ref not in needed),
    )


def main(arguments: Sequence[str]) -> int:
    """0 written, 1 with one sentence: a fact is missing, or the document breaks its schema."""
    written = Path(arguments[0] if arguments else WRITTEN)
    asked = asked_for()
    try:
        with tempfile.TemporaryDirectory() as folder:
            fetch_wheels(Path(folder))
            parts = [*read_wheels(Path(folder), asked), *read_jars()]
        named_twice(parts)
    except PartFault as fault:
        print(fault, file=sys.stderr)
        return 1
    text = json.dumps(bill(product(parts, asked), parts, datetime.now(UTC)), indent=1)
    if wrong := faults(text):
        print("\n".join(wrong), file=sys.stderr)
        return 1
    written.write_text(text + "\n", encoding="utf-8")
    print(f"{written}: {len(parts)} components")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
