"""Files from Maven Central, Apache Kafka's first of all, each checked against a noted digest."""

import hashlib
import os
import shutil
import ssl
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from embedded.faults import Fault

LIST = Path(__file__).with_name("kafka-4.4.0.jars")
FOLDER = Path(sys.prefix) / "share" / LIST.stem
AT_ONCE = 6


def listed_jars(listed: Path = LIST) -> dict[str, str]:
    """The SHA-256 of each jar, by its coordinate `group:artifact:version`.

    Every coordinate is named: left to mediate, the client picks other versions than Maven does.
    """
    lines = listed.read_text(encoding="utf-8").splitlines()
    return {coordinate: digest for digest, coordinate in (line.split() for line in lines)}


def file_name(coordinate: str) -> str:
    """`org.slf4j:slf4j-api:1.7.36` is kept as `slf4j-api-1.7.36.jar`."""
    _, artifact, version = coordinate.split(":")
    return f"{artifact}-{version}.jar"


def class_path() -> str:
    """All jars for `java -cp`, or a Fault if they were not fetched."""
    jars = [FOLDER / file_name(coordinate) for coordinate in listed_jars()]
    if not all(jar.exists() for jar in jars):
        raise Fault(f"Kafka's files are missing in {FOLDER}: run 'make up' to fetch them.")
    return os.pathsep.join(str(jar) for jar in jars)


def fetch_jars(listed: Path = LIST, folder: Path = FOLDER) -> None:
    """Fetch what is missing, or a Fault; a jar is in its place only once it was checked."""
    folder.mkdir(parents=True, exist_ok=True)
    partly = folder / "partly"
    shutil.rmtree(partly, ignore_errors=True)
    missing = {
        coordinate: digest
        for coordinate, digest in listed_jars(listed).items()
        if not (folder / file_name(coordinate)).exists()
    }
    try:
        _fetch(missing, partly, folder)
    finally:
        shutil.rmtree(partly, ignore_errors=True)


def place(jar: Path, coordinate: str, digest: str, folder: Path = FOLDER) -> None:
    """Move a fetched jar to where it belongs, or a Fault if it is not the one that is listed."""
    if hashlib.sha256(jar.read_bytes()).hexdigest() != digest:
        raise Fault(
            f"The download of {coordinate} is broken or not the file that is listed: it was "
            "thrown away; run it again, and report it if it stays so."
        )
    jar.replace(folder / file_name(coordinate))


def _fetch(missing: Mapping[str, str], partly: Path, folder: Path) -> None:
    _trust_the_systems_certificates()
    from jgo.maven import MavenContext  # noqa: PLC0415 - it reads the certificates when imported

    context = MavenContext(repo_cache=partly, local_repos=[], timeout=30)

    def fetch(coordinate: str) -> None:
        group, artifact, version = coordinate.split(":")
        jar = context.project(group, artifact).at_version(version).artifact().resolve()
        place(jar, coordinate, missing[coordinate], folder)

    with ThreadPoolExecutor(AT_ONCE) as fetchers:
        for _ in fetchers.map(fetch, missing):
            pass


def _trust_the_systems_certificates() -> None:
    # requests trusts its own list only; an organisation's proxy is known to the system's.
    system = ssl.get_default_verify_paths().cafile
    if system:
        os.environ.setdefault("REQUESTS_CA_BUNDLE", system)
