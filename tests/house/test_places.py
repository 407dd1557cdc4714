"""Places: the project runs anywhere, so it names no machine and no registry."""

import re
from collections.abc import Iterator

import pytest

from tests.house.conftest import Plant
from tests.house.tree import Fault, Tree, obeys

REGISTRIES = re.compile(
    r"\b(pypi\.org|pythonhosted\.org|npmjs\.(org|com)|crates\.io|proxy\.golang\.org|docker\.io"
    r"|maven(\.apache)?\.org|(deb|security)\.debian\.org)\b",
    re.IGNORECASE,
)
MACHINE = re.compile(r"(?<![\w.}*>-])/(root|home|work|Users)/[\w.]")
NEVER_OURS = ("LICENSES/",)


def machine_paths(tree: Tree) -> Iterator[Fault]:
    return _matches(tree, MACHINE)


def registry_hosts(tree: Tree) -> Iterator[Fault]:
    return _matches(tree, REGISTRIES)


def _matches(tree: Tree, pattern: re.Pattern[str]) -> Iterator[Fault]:
    for source in tree.sources:
        if not source.path.startswith(NEVER_OURS):
            for number, line in enumerate(source.lines, 1):
                if match := pattern.search(line):
                    yield source.fault(number, f"names {match[0]}")


def test_no_file_names_a_machines_folder(house: Tree) -> None:
    obeys(
        machine_paths(house),
        "no absolute path of one machine",
        "start from the file's own place, a setting or a temporary folder",
    )


def test_no_file_names_a_registrys_host(house: Tree) -> None:
    obeys(
        registry_hosts(house),
        "no host of a package registry",
        "name packages only: whoever installs has a mirror of their own configured",
    )


@pytest.mark.parametrize("folder", ["root", "home", "work", "Users"])
def test_a_machines_folder_is_found(plant: Plant, folder: str) -> None:
    tree = plant({"deploy/run.sh": f"cd /{folder}/anna\n", "a.py": f"x = 'a/{folder}/b'\n"})
    assert [fault.place for fault in machine_paths(tree)] == ["deploy/run.sh:1"]


@pytest.mark.parametrize(
    "host", [("pypi", "org"), ("registry", "npmjs", "org"), ("repo1", "maven", "org")]
)
def test_a_registrys_host_is_found(plant: Plant, host: tuple[str, ...]) -> None:
    tree = plant({"requirements/x.txt": f"--index https://{'.'.join(host)}/simple\n"})
    assert [fault.place for fault in registry_hosts(tree)] == ["requirements/x.txt:1"]
