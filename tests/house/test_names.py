"""Names: nouns that say what is inside, and migrations in an order that can't be mistaken."""

import re
from collections.abc import Iterator

import pytest

from tests.house.conftest import Plant
from tests.house.tree import Fault, Source, Tree, obeys

SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
MIGRATION = re.compile(r"(\d{4})_[a-z]+(_[a-z]+)*\.sql")
TIMEOUTS = ("lock_timeout", "statement_timeout")


def empty_names(tree: Tree) -> Iterator[Fault]:
    for source in tree.python():
        words = re.split(r"[/_]", source.path.removesuffix(".py"))
        for word in SAY_NOTHING.intersection(words):
            yield Fault(source.path, f"'{word}' does not say what is inside")


def migrations(tree: Tree) -> dict[str, list[Source]]:
    """The migrations of each folder, sorted by name; shared's make tables in every schema."""
    folders: dict[str, list[Source]] = {}
    for source in tree.under("services/", "shared/", "audit/", ending=".sql"):
        folder = source.path.removesuffix("/" + source.name)
        if folder.endswith(("/migrations", "shared/tables", "audit/tables")):
            folders.setdefault(folder, []).append(source)
    return folders


def misnumbered_migrations(tree: Tree) -> Iterator[Fault]:
    for sources in migrations(tree).values():
        for expected, source in enumerate(sources, 1):
            match = MIGRATION.fullmatch(source.name)
            if match is None or int(match[1]) != expected:
                yield Fault(source.path, f"should be {expected:04}_noun.sql")


def silent_migrations(tree: Tree) -> Iterator[Fault]:
    for source in (source for sources in migrations(tree).values() for source in sources):
        first = source.lines[0] if source.lines else ""
        if not re.match(r"--\s+\S+\s+\S+\s+\S+", first):
            yield source.fault(1, "the first line is no comment that says why")
        for timeout in TIMEOUTS:
            if not re.search(rf"^\s*SET (LOCAL )?{timeout} ?(=|TO) ", source.text, re.MULTILINE):
                yield Fault(source.path, f"sets no {timeout}")


def test_file_names_say_what_is_inside(house: Tree) -> None:
    obeys(
        empty_names(house),
        "no file or folder is called " + ", ".join(sorted(SAY_NOTHING)),
        "follow the noun: name the file after what it is about",
    )


def test_migrations_are_numbered_without_gaps(house: Tree) -> None:
    obeys(
        misnumbered_migrations(house),
        "migrations are NNNN_noun.sql, from 0001 without gaps, in each service and in shared",
        "give a new migration the next number; never rename one that has run",
    )


def test_migrations_say_why_and_wait_for_no_lock_for_ever(house: Tree) -> None:
    obeys(
        silent_migrations(house),
        "a migration starts with why, and sets lock_timeout and statement_timeout",
        "-- Why in a line.\nSET LOCAL lock_timeout = '2s';\nSET LOCAL statement_timeout = '30s';",
    )


@pytest.mark.parametrize("path", ["shared/utils.py", "shared/http_helpers.py", "tests/base/a.py"])
def test_a_name_that_says_nothing_is_found(plant: Plant, path: str) -> None:
    assert [fault.place for fault in empty_names(plant({path: "", "shared/codes.py": ""}))] == [
        path
    ]


def test_a_gap_a_repeat_and_a_capital_in_migrations_are_found(plant: Plant) -> None:
    folder = "services/quota/migrations"
    names = ["0001_positions", "0003_crossings", "0003_definitions", "0004_Keys"]
    faults = list(misnumbered_migrations(plant({f"{folder}/{name}.sql": "" for name in names})))
    assert [fault.place for fault in faults] == [
        f"{folder}/0003_crossings.sql",
        f"{folder}/0004_Keys.sql",
    ]


def test_a_migration_without_why_or_timeouts_is_found(plant: Plant) -> None:
    good = "-- One row per Land.\nSET LOCAL lock_timeout = '2s';\nSET statement_timeout TO '9s';\n"
    tree = plant(
        {
            "services/quota/migrations/0001_good.sql": good,
            "services/quota/migrations/0002_silent.sql": good.replace("-- One row per Land.", "--"),
            "shared/tables/0001_patient.sql": "-- One row per Land.\nSELECT 1;\n",
        }
    )
    assert [fault.what for fault in silent_migrations(tree)] == [
        "the first line is no comment that says why",
        "sets no lock_timeout",
        "sets no statement_timeout",
    ]
