"""The table of ASVS names every requirement once, and tests that are there."""

import re
from collections.abc import Iterator

from tests.house.conftest import Plant
from tests.house.tree import Fault, Tree, functions, obeys

PAGE = "docs/asvs.md"
ROW = re.compile(r"\| ([\d.]+) \| [12] \| [^|]+ \| (\w[\w ]*) \| [^|]+ \| (.+) \|")
GROUP = re.compile(r"\| [^|]+ \| (\d+\.\d+\.\d+(?:, \d+\.\d+\.\d+)*) \| [^|]+ \|")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
STATES = ("met", "partly", "not met")
OF_LEVELS_1_AND_2 = 253
"""Requirements of ASVS 5.0.0: 70 of level 1, 183 of level 2."""


def rows(tree: Tree) -> list[tuple[str, str, str]]:
    """Number, state and tests of each requirement that applies."""
    lines = [line for page in tree.under(PAGE) for line in page.lines]
    found = [row for line in lines if (row := ROW.fullmatch(line))]
    return [(row[1], row[2], row[3]) for row in found]


def numbers(tree: Tree) -> list[str]:
    lines = [line for page in tree.under(PAGE) for line in page.lines]
    left = [found[1].split(", ") for line in lines if (found := GROUP.fullmatch(line))]
    return [number for number, _, _ in rows(tree)] + [number for group in left for number in group]


def missing_tests(tree: Tree) -> Iterator[Fault]:
    for number, state, tests in rows(tree):
        if state not in STATES:
            yield Fault(PAGE, f"{number} is '{state}'")
        if tests != "–" and not NAMED.search(tests):
            yield Fault(PAGE, f"{number} names no test and no –")
        for path, name in NAMED.findall(tests):
            there = {function.name for file in tree.under(path) for function in functions(file)}
            if name not in there:
                yield Fault(PAGE, f"{number} names {path}::{name}, which is not there")


def miscounted(tree: Tree) -> Iterator[Fault]:
    """Requirements named twice or left out, and sums that the page says wrongly."""
    named = numbers(tree)
    if len(named) != OF_LEVELS_1_AND_2 or len(set(named)) != len(named):
        yield Fault(PAGE, f"{len(set(named))} requirements in {len(named)} places")
    states = [state for _, state, _ in rows(tree)]
    met, partly, not_met = (states.count(state) for state in STATES)
    said = f"{len(states)} apply: {met} are met, {partly} partly, {not_met} not."
    if not any(said in line for page in tree.under(PAGE) for line in page.lines):
        yield Fault(PAGE, f"does not say '{said}'")


def test_every_named_test_is_there(house: Tree) -> None:
    obeys(
        missing_tests(house),
        "the table of ASVS names tests as file::name",
        "name the test that shows it now, or –",
    )


def test_every_requirement_is_named_once(house: Tree) -> None:
    obeys(
        miscounted(house),
        "the table of ASVS has every requirement of levels 1 and 2, and sums them up",
        "give each a row or name it under 'What does not apply', and count again",
    )


def test_a_test_that_is_gone_and_a_state_of_ones_own_are_found(plant: Plant) -> None:
    tree = plant(
        {
            "tests/test_a.py": "def test_a() -> None: ...\n",
            PAGE: "| 1.1.1 | 2 | a | met | b | `tests/test_a.py::test_a` |\n"
            "| 1.1.2 | 2 | a | met | b | `tests/test_a.py::test_b` |\n"
            "| 1.2.1 | 1 | a | nearly | b | soon |\n",
        }
    )
    assert [fault.what for fault in missing_tests(tree)] == [
        "1.1.2 names tests/test_a.py::test_b, which is not there",
        "1.2.1 is 'nearly'",
        "1.2.1 names no test and no –",
    ]


def test_what_is_left_out_or_summed_wrongly_is_found(plant: Plant) -> None:
    row, group = "| 1.1.1 | 2 | a | met | b | – |", "| none of it | 1.1.1, 1.1.2 | why |"
    tree = plant({PAGE: f"Of 3, 2 apply: 1 are met.\n{row}\n{group}\n"})
    assert [fault.what for fault in miscounted(tree)] == [
        "2 requirements in 3 places",
        "does not say '1 apply: 1 are met, 0 partly, 0 not.'",
    ]
