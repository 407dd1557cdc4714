"""Apache Kafka's jars as parts: digests are computed, the rest was reviewed."""

import hashlib
from pathlib import Path

from embedded.jars import FOLDER, LIST, file_name, listed_jars
from supply.part import Creator, Part, PartFault
from supply.wheels import read_rows

REVIEWED = Path(__file__).with_name("jars.csv")
"""Licence, maker and needs of each `group:artifact`, as their POMs say."""


def read_jars(listed: Path = LIST, folder: Path = FOLDER) -> list[Part]:
    """Every jar of Kafka's class path, or a PartFault that names what nobody reviewed."""
    reviewed = {row["artifact"]: row for row in read_rows(REVIEWED)}
    refs = {_artifact(coordinate): _ref(coordinate) for coordinate in listed_jars(listed)}
    if unknown := refs.keys() - reviewed.keys():
        raise PartFault(f"supply/jars.csv lacks {', '.join(sorted(unknown))}")
    return [
        _part(coordinate, reviewed[_artifact(coordinate)], refs, folder)
        for coordinate in listed_jars(listed)
    ]


def _artifact(coordinate: str) -> str:
    return coordinate.rpartition(":")[0]


def _ref(coordinate: str) -> str:
    group, artifact, version = coordinate.split(":")
    return f"pkg:maven/{group}/{artifact}@{version}"


def _part(coordinate: str, row: dict[str, str], refs: dict[str, str], folder: Path) -> Part:
    group, artifact, version = coordinate.split(":")
    jar = folder / file_name(coordinate)
    return Part(
        ref=_ref(coordinate),
        name=artifact,
        version=version,
        creator=Creator(row["creator"], row["address"]),
        licences=row["licences"],
        filename=jar.name,
        sha512=hashlib.sha512(jar.read_bytes()).hexdigest(),
        group=group,
        needs=tuple(refs[name] for name in row["needs"].split()),
    )
