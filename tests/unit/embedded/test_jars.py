"""Kafka's files: every one is named with its digest, and nothing else is taken."""

import hashlib
from pathlib import Path

import pytest

from embedded.faults import Fault
from embedded.jars import file_name, listed_jars, place


def test_every_jar_is_listed_with_a_digest() -> None:
    jars = listed_jars()
    assert len(jars) == 45
    assert all(len(digest) == 64 for digest in jars.values())
    assert len({file_name(coordinate) for coordinate in jars}) == 45


def test_a_jar_is_named_by_artifact_and_version() -> None:
    assert file_name("org.slf4j:slf4j-api:1.7.36") == "slf4j-api-1.7.36.jar"


def test_a_jar_with_another_digest_is_refused_and_put_nowhere(tmp_path: Path) -> None:
    jar = tmp_path / "download"
    jar.write_bytes(b"other")
    with pytest.raises(Fault, match=r"slf4j-api:1\.7\.36 is broken"):
        place(jar, "org.slf4j:slf4j-api:1.7.36", "0" * 64, tmp_path / "jars")
    assert not (tmp_path / "jars").exists()


def test_a_jar_with_its_digest_is_put_in_its_place(tmp_path: Path) -> None:
    jar = tmp_path / "download"
    jar.write_bytes(b"right")
    (tmp_path / "jars").mkdir()
    digest = hashlib.sha256(b"right").hexdigest()
    place(jar, "org.slf4j:slf4j-api:1.7.36", digest, tmp_path / "jars")
    assert (tmp_path / "jars" / "slf4j-api-1.7.36.jar").read_bytes() == b"right"
