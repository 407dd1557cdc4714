"""The page of promises names the tests that show them, and every such test is on it."""

import ast
import re
from collections.abc import Iterator

from tests.house.conftest import Plant
from tests.house.tree import Fault, Tree, functions, obeys

PAGE = "docs/operations/promises.md"
ROW = re.compile(r"\| (\d+) \|.*")
NAMED = re.compile(r"`(test_\w+)`")
Shown = set[tuple[int, str]]


def marked(tree: Tree) -> Shown:
    """Promise and test, by the marks."""
    return {
        (number, function.name)
        for source in tree.python("tests/")
        for function in functions(source)
        for number in _numbers(function)
    }


def _numbers(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[int]:
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.promise":
            yield ast.literal_eval(mark.args[0])


def named(tree: Tree) -> Shown:
    """Promise and test, by the page."""
    rows = [row for page in tree.under(PAGE) for line in page.lines if (row := ROW.match(line))]
    return {(int(row[1]), name) for row in rows for name in NAMED.findall(row[0])}


def unnamed_tests(tree: Tree) -> Iterator[Fault]:
    for number, name in sorted(marked(tree) ^ named(tree)):
        yield Fault(PAGE, f"promise {number} and {name}: only one names the other")


def test_promises_and_tests_name_each_other(house: Tree) -> None:
    obeys(
        unnamed_tests(house),
        "the page of promises and the marks of tests say the same",
        "name the test in the row of its promise, and mark it with the number",
    )
    assert len({number for number, _ in named(house)}) > 15


def test_a_test_without_a_row_and_a_row_without_a_test_are_found(plant: Plant) -> None:
    tree = plant(
        {
            "tests/test_a.py": "@pytest.mark.promise(3)\ndef test_a() -> None: ...\n",
            PAGE: "| 4 | holes are seen | `test_b` |\n",
        }
    )
    assert [str(fault).split(": ")[1] for fault in unnamed_tests(tree)] == [
        "promise 3 and test_a",
        "promise 4 and test_b",
    ]
