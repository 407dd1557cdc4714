"""Documents: what they tell a reader to open, read or run is there."""

import re
from collections.abc import Iterator

import pytest

from tests.house.conftest import Plant
from tests.house.tree import Fault, Source, Tree, obeys

LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
ELSEWHERE = re.compile(r"[a-z][a-z+.-]*:|#|/")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
MAKE = re.compile(r"(?:^|[`$;&|]|\s&&)\s*(?:\w+=\S+ )*make((?: [a-z][a-z-]*)+)", re.MULTILINE)
MODULE = re.compile(
    r"python3? -m ((?:services|shared|audit|embedded|hafenlotse|benchmarks|tests)[\w.]*)"
)
SCRIPT = re.compile(r"python3? ((?:[\w-]+/)+[\w-]+\.py)")
TARGET = re.compile(r"^([a-z][a-z -]*?)\s*:(?!=)", re.MULTILINE)
PARTS = ("Context", "Decision", "Consequences", "Alternatives", "Enforced by")
DECISION = re.compile(r"docs/decisions/(\d{4})-[a-z0-9-]+\.md")


def documents(tree: Tree) -> Iterator[Source]:
    return tree.under("", ending=".md")


def broken_links(tree: Tree) -> Iterator[Fault]:
    for source in documents(tree):
        folder = (tree.root / source.path).parent
        for number, line in enumerate(source.lines, 1):
            for target in LINK.findall(line):
                if not ELSEWHERE.match(target) and not (folder / target.partition("#")[0]).exists():
                    yield source.fault(number, f"links to {target}, which is not there")


def missing_commands(tree: Tree) -> Iterator[Fault]:
    targets = _targets(tree)
    for source in documents(tree):
        for code in CODE.findall(source.text):
            for words in MAKE.findall(code):
                for target in set(words.split()) - targets:
                    yield Fault(source.path, f"tells to run 'make {target}', which is no target")
            for program in _programs(code):
                if not any((tree.root / path).is_file() for path in program):
                    yield Fault(source.path, f"tells to run {program[0]}, which is not there")


def _targets(tree: Tree) -> set[str]:
    """Names of the Makefile's targets; several may share a rule."""
    rules = (rule for source in tree.under("Makefile") for rule in TARGET.findall(source.text))
    return {name for rule in rules for name in rule.split()}


def _programs(code: str) -> Iterator[tuple[str, ...]]:
    """The files that each Python command could mean."""
    for script in SCRIPT.findall(code):
        yield (script,)
    for module in MODULE.findall(code):
        path = module.rstrip(".").replace(".", "/")
        yield f"{path}.py", f"{path}/__main__.py"


def incomplete_decisions(tree: Tree) -> Iterator[Fault]:
    numbers: dict[str, str] = {}
    for source in tree.under("docs/decisions/", ending=".md"):
        match = DECISION.fullmatch(source.path)
        if match is None:
            yield Fault(source.path, "is not named NNNN-what-it-is-about.md")
            continue
        if (first := numbers.setdefault(match[1], source.path)) != source.path:
            yield Fault(source.path, f"has the number of {first}")
        for part in PARTS:
            if not re.search(rf"^## {part}\n+\S", source.text, re.MULTILINE):
                yield Fault(source.path, f"says nothing under '## {part}'")


def test_every_link_leads_to_a_file(house: Tree) -> None:
    obeys(broken_links(house), "links between documents work", "mend the path, or write the page")


def test_every_command_in_the_documents_exists(house: Tree) -> None:
    obeys(
        missing_commands(house),
        "make targets and Python programs named in documents exist",
        "a change of a command changes the words too",
    )


def test_every_decision_has_its_five_parts(house: Tree) -> None:
    obeys(
        incomplete_decisions(house),
        "a decision is NNNN-what.md with " + ", ".join(PARTS),
        "copy the form of docs/decisions/0001-decisions-on-one-page.md",
    )


def test_a_link_to_nowhere_is_found(plant: Plant) -> None:
    text = "[a](docs/b.md#part) [c](docs/none.md)\n[d](https://example.org/x) [e](#part)\n"
    tree = plant({"README.md": text, "docs/b.md": "[up](../README.md) [x](../docs)\n"})
    assert [str(fault) for fault in broken_links(tree)] == [
        "README.md:1: links to docs/none.md, which is not there"
    ]


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("`make up`", None),
        ("`make up down`", None),
        ("`make fly`", "make fly"),
        ("```sh\nmake up\nX=1 make fly  # higher\n```", "make fly"),
        ("```\ncd a && make fly\n```", "make fly"),
        ("people make fly", None),
        ("`python -m services.quota`", None),
        ("`python -m shared.topics`", None),
        ("`python -m shared.nothing`", "shared/nothing.py"),
        ("`python3 embedded/nothing.py`", "embedded/nothing.py"),
    ],
)
def test_a_command_that_does_not_exist_is_found(
    plant: Plant, command: str, missing: str | None
) -> None:
    files = dict.fromkeys(["services/quota/__main__.py", "shared/topics.py"], "")
    makefile = ".PHONY: x\nX := 1\nup down: x ## Start\n\ttrue\n"
    tree = plant({"README.md": command, "Makefile": makefile} | files)
    faults = [fault.what for fault in missing_commands(tree)]
    assert len(faults) == (1 if missing else 0)
    assert (missing or "") in "".join(faults)


def test_an_incomplete_decision_is_found(plant: Plant) -> None:
    whole = "# A\n\n" + "\n".join(f"## {part}\n\nText.\n" for part in PARTS)
    tree = plant(
        {
            "docs/decisions/0001-whole.md": whole,
            "docs/decisions/0001-twice.md": whole,
            "docs/decisions/0002-thin.md": whole.replace("## Alternatives\n\nText.\n", ""),
            "docs/decisions/notes.md": whole,
        }
    )
    assert [str(fault).removeprefix("docs/decisions/") for fault in incomplete_decisions(tree)] == [
        "0001-whole.md: has the number of docs/decisions/0001-twice.md",
        "0002-thin.md: says nothing under '## Alternatives'",
        "notes.md: is not named NNNN-what-it-is-about.md",
    ]
