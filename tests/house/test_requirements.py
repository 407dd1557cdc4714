"""Requirements: one set of versions for all, by hash, from wherever the machine gets packages."""

import re
from collections.abc import Iterator

from tests.house.conftest import Plant
from tests.house.tree import Fault, Tree, obeys

PIN = re.compile(r"^([\w.\[\]-]+==\S+)", re.MULTILINE)


def unpinned_lines(tree: Tree) -> Iterator[Fault]:
    """Lines that are no pin, hash or comment: an index, a folder, a range."""
    for source in tree.under("requirements/", ending=".txt"):
        for number, line in enumerate(source.lines, 1):
            if not re.match(r"[\w.\[\]-]+==\S+.* \\$|    --hash=sha256:[0-9a-f]{64}|\s*#|$", line):
                yield source.fault(number, f"is no pin with hashes: {line}")


def differing_pins(tree: Tree) -> Iterator[Fault]:
    runtime, dev = (
        {
            pin
            for source in tree.under(f"requirements/{name}.txt")
            for pin in PIN.findall(source.text)
        }
        for name in ("runtime", "dev")
    )
    for pin in sorted(runtime - dev):
        yield Fault("requirements/dev.txt", f"lacks {pin}, which runs")


def test_every_package_is_pinned_by_hash(house: Tree) -> None:
    obeys(
        unpinned_lines(house),
        "requirements/*.txt hold pins with hashes only",
        "compile them as CONTRIBUTING.md says",
    )


def test_what_is_tested_is_what_runs(house: Tree) -> None:
    obeys(
        differing_pins(house),
        "dev.txt holds every pin of runtime.txt",
        "compile runtime first, then dev, as CONTRIBUTING.md says",
    )


def test_an_index_and_a_range_are_found(plant: Plant) -> None:
    good = f"a==1.0 ; python_version < '4' \\\n    --hash=sha256:{'0' * 64}\n"
    bad = "--index-url https://example.org\nb>=1 \\\nc==1\n"
    faults = unpinned_lines(plant({"requirements/runtime.txt": good + bad}))
    assert [fault.place.partition(":")[2] for fault in faults] == ["3", "4", "5"]


def test_another_version_in_dev_is_found(plant: Plant) -> None:
    files = {"runtime": "a==1.0 \\\nb==2.0 \\\n", "dev": "a==1.1 \\\nb==2.0 \\\nc==3 \\\n"}
    tree = plant({f"requirements/{name}.txt": text for name, text in files.items()})
    assert [fault.what for fault in differing_pins(tree)] == ["lacks a==1.0, which runs"]
