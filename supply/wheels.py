"""Reads what wheels say about themselves, and completes it by what was reviewed."""

import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from email.utils import getaddresses
from pathlib import Path
from zipfile import ZipFile

from packaging.metadata import RawMetadata, parse_email
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from supply.part import Creator, Part, PartFault, spdx_expression

HERE = Path(__file__).parent
HOMES = ("homepage", "repository", "source", "sourcecode", "github")
Extras = Mapping[str, set[str]]


def read_rows(file: Path) -> list[dict[str, str]]:
    """A file of comma-separated values with a row of names."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


REVIEWED = {row["package"]: row for row in read_rows(HERE / "reviewed.csv")}
"""Licences and creators that a package's own metadata leave out or don't say in SPDX's words."""
BUNDLED = read_rows(HERE / "bundled.csv")
"""Programs of others that wheels carry."""


def read_wheels(folder: Path, asked_for: Sequence[Requirement]) -> list[Part]:
    """Every wheel of a folder, with what it needs of the others on this machine."""
    files = {_name(file): file for file in sorted(folder.glob("*.whl"))}
    said = {name: _metadata(file) for name, file in files.items()}
    extras = _extras(said, asked_for)
    return [_part(files[name], said[name], _needed(said, name, extras)) for name in said]


def ref_of(name: str, version: str) -> str:
    """The package URL of a Python package."""
    return f"pkg:pypi/{canonicalize_name(name)}@{version}"


def _name(file: Path) -> str:
    return canonicalize_name(file.name.split("-")[0])


def _metadata(file: Path) -> RawMetadata:
    with ZipFile(file) as wheel:
        inside = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        said, _ = parse_email(wheel.read(min(inside, key=len)))
    return said


def _extras(said: Mapping[str, RawMetadata], asked_for: Sequence[Requirement]) -> Extras:
    """Which extras are asked for of each package that is reached."""
    extras: dict[str, set[str]] = {}
    waiting = list(asked_for)
    while waiting:
        asked = waiting.pop()
        name = canonicalize_name(asked.name)
        new = ({""} | asked.extras) - extras.get(name, set())
        if name in said and new:
            extras.setdefault(name, set()).update(new)
            waiting.extend(_requirements(said[name], new))
    return extras


def _requirements(said: RawMetadata, extras: set[str]) -> Iterator[Requirement]:
    """What holds on this machine, with any of the extras."""
    for requirement in map(Requirement, said.get("requires_dist", [])):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
            yield requirement


def _needed(said: Mapping[str, RawMetadata], name: str, extras: Extras) -> tuple[str, ...]:
    names = {
        canonicalize_name(requirement.name)
        for requirement in _requirements(said[name], extras.get(name, {""}))
    }
    return tuple(ref_of(other, said[other]["version"]) for other in sorted(names & said.keys()))


def _part(file: Path, said: RawMetadata, needs: tuple[str, ...]) -> Part:
    name, version = canonicalize_name(said["name"]), said["version"]
    reviewed = REVIEWED.get(name, {})
    licences = (
        reviewed.get("licences")
        or spdx_expression(said.get("license_expression"))
        or spdx_expression(said.get("license"))
    )
    creator = _creator(said) or _reviewed_creator(reviewed)
    if licences is None or creator is None:
        lacking = "licence in SPDX's words" if licences is None else "address of its maker"
        raise PartFault(f"{name} {version} names no {lacking}: add it to supply/reviewed.csv")
    return Part(
        ref=ref_of(name, version),
        name=name,
        version=version,
        creator=creator,
        licences=licences,
        filename=file.name,
        sha512=hashlib.sha512(file.read_bytes()).hexdigest(),
        needs=needs,
        within=tuple(_bundled(file, name)),
    )


def _creator(said: RawMetadata) -> Creator | None:
    """Who is named with a mail address, or else with the package's home."""
    written = (said.get("author_email"), said.get("maintainer_email"))
    for named, mail in getaddresses([text for text in written if text]):
        if "@" in mail:
            return Creator(named or said.get("author") or said["name"], mail)
    home = said.get("home_page") or _home(said.get("project_urls", {}))
    return Creator(said.get("author") or said["name"], home) if home else None


def _home(urls: Mapping[str, str]) -> str | None:
    labelled = {label.lower().replace(" ", ""): url for label, url in urls.items()}
    return next((labelled[label] for label in HOMES if label in labelled), None)


def _reviewed_creator(reviewed: Mapping[str, str]) -> Creator | None:
    address = reviewed.get("address")
    return Creator(reviewed["creator"], address) if address else None


def _bundled(file: Path, name: str) -> Iterator[Part]:
    """Programs inside; what the row names must be there."""
    for row in BUNDLED:
        if row["package"] == name:
            with ZipFile(file) as wheel:
                inside = [path for path in wheel.namelist() if path.endswith(row["path"])]
                if not inside:
                    raise PartFault(f"{file.name} carries no {row['path']}: see supply/bundled.csv")
                content = wheel.read(inside[0])
            yield Part(
                ref=f"pkg:generic/{row['name']}@{row['version']}",
                name=row["name"],
                version=row["version"],
                creator=Creator(row["creator"], row["address"]),
                licences=row["licences"],
                filename=inside[0].rpartition("/")[2],
                sha512=hashlib.sha512(content).hexdigest(),
                is_archive=False,
            )
