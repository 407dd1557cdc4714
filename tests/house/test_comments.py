"""Comments say why: also why a check is switched off."""

import re
from collections.abc import Iterator

import pytest

from tests.house.conftest import Plant
from tests.house.tree import Fault, Tree, obeys

BARE = re.compile(r"#\s*(noqa(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)?|type:\s*ignore(\[[\w, -]*\])?)\s*$")
BANNER = re.compile(r"^\s*(#|--|//)\s*([-=#*~_])\2{2,}")
MARKS = re.compile(r"\b(TODO|FIXME|HACK)(?=[:( ])")
OURS = (".py", ".sql", ".toml", ".sh", "Makefile")


def switches_without_a_reason(tree: Tree) -> Iterator[Fault]:
    for source in tree.python():
        for number, line in enumerate(source.lines, 1):
            if BARE.search(line):
                yield source.fault(number, "switches a check off without a reason")


def banners(tree: Tree) -> Iterator[Fault]:
    for source in tree.under("", ending=OURS):
        for number, line in enumerate(source.lines, 1):
            if BANNER.match(line):
                yield source.fault(number, "is a banner")


def marks(tree: Tree) -> Iterator[Fault]:
    for source in tree.under("", ending=(*OURS, ".md", ".yaml")):
        for number, line in enumerate(source.lines, 1):
            if match := MARKS.search(line):
                yield source.fault(number, f"says {match[0]}")


def test_checks_are_switched_off_for_a_reason(house: Tree) -> None:
    obeys(
        switches_without_a_reason(house),
        "noqa and type: ignore name their rule and the reason, on the same line",
        "better mend the code; else '# noqa: BLE001 - the relay logs, counts and goes on'",
    )


def test_there_are_no_banners(house: Tree) -> None:
    obeys(banners(house), "no banners", "a file that needs parts is two files")


def test_nothing_is_left_for_later(house: Tree) -> None:
    obeys(marks(house), "no marks of unfinished work", "do it now, or file an issue")


@pytest.mark.parametrize(
    "comment", ["noqa", "noqa: S608", "noqa: S608, E501", "type: ignore", "type: ignore[arg-type]"]
)
def test_a_switch_without_a_reason_is_found(plant: Plant, comment: str) -> None:
    text = f"a = 1  # {comment}\nb = 2  # {comment}  # the driver has no types\n"
    faults = list(switches_without_a_reason(plant({"shared/a.py": text})))
    assert [fault.place for fault in faults] == ["shared/a.py:1"]


def test_a_banner_is_found(plant: Plant) -> None:
    tree = plant({"a.py": "# ------\n# why\n", "b.sql": "-- why\n-- ======\n"})
    assert [fault.place for fault in banners(tree)] == ["a.py:1", "b.sql:2"]


def test_a_mark_is_found(plant: Plant) -> None:
    tree = plant({"a.py": "# TODO" + ": later\n", "b.md": "Nothing to do.\n"})
    assert [fault.place for fault in marks(tree)] == ["a.py:1"]
