"""Sizes: what is small is read, what is long is skipped."""

import ast
from collections.abc import Iterator
from statistics import median

from tests.house.conftest import Plant
from tests.house.tree import Fault, Function, Source, Tree, functions, obeys

FUNCTION_LINES = 40
FILE_LINES = 300
COLUMNS = 100
MEDIAN_LINES = 9
APP_LINES = 80
SHARED_LINES = 2250


def long_functions(tree: Tree) -> Iterator[Fault]:
    for source in tree.python():
        for function in functions(source):
            if (lines := _length(function)) > FUNCTION_LINES:
                yield source.fault(function.lineno, f"{function.name} has {lines} lines")


def long_files(tree: Tree) -> Iterator[Fault]:
    for source in [*tree.python(), *tree.under("", ending=".sql")]:
        if len(source.lines) > FILE_LINES:
            yield Fault(source.path, f"has {len(source.lines)} lines")


def wide_lines(tree: Tree) -> Iterator[Fault]:
    for source in [*tree.python(), *tree.under("", ending=".sql"), *tree.under("Makefile")]:
        for number, line in enumerate(source.lines, 1):
            if len(line) > COLUMNS:
                yield source.fault(number, f"has {len(line)} columns")


def median_function_lines(tree: Tree, service: str) -> float:
    """Half of the service's functions have this many lines or fewer; 0 without functions."""
    sources = tree.python(f"services/{service}/")
    lengths = [_length(function) for source in sources for function in functions(source)]
    return median(lengths) if lengths else 0


def long_apps(tree: Tree) -> Iterator[Fault]:
    for source in tree.python("services/"):
        if source.name == "app.py" and len(source.lines) >= APP_LINES:
            yield Fault(source.path, f"has {len(source.lines)} lines")


def shared_lines(tree: Tree) -> int:
    """Lines of code: what is said in docstrings and comments is free."""
    return sum(len(_code_lines(source)) for source in tree.python("shared/"))


def _code_lines(source: Source) -> list[str]:
    said = {
        line
        for node in source.nodes
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    return [
        line
        for number, line in enumerate(source.lines, 1)
        if number not in said and line.strip() and not line.strip().startswith("#")
    ]


def _length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_functions_are_short(house: Tree) -> None:
    obeys(
        long_functions(house),
        f"a function has at most {FUNCTION_LINES} lines",
        "give the steps names: a function per step, or a table instead of branches",
    )


def test_files_are_short(house: Tree) -> None:
    obeys(
        long_files(house),
        f"a file has at most {FILE_LINES} lines",
        "follow the noun: split by what the parts are about",
    )


def test_lines_are_narrow(house: Tree) -> None:
    obeys(
        wide_lines(house),
        f"a line has at most {COLUMNS} columns",
        "ruff format wraps code; wrap comments, texts and SQL by hand",
    )


def test_half_of_each_services_functions_are_tiny(house: Tree) -> None:
    medians = {name: median_function_lines(house, name) for name in house.services}
    obeys(
        (
            Fault(f"services/{name}", f"the median function has {lines:g} lines")
            for name, lines in medians.items()
            if lines > MEDIAN_LINES
        ),
        f"the median function of a service has at most {MEDIAN_LINES} lines",
        "split the long ones (ruff and the rule above show where)",
    )


def test_apps_only_connect(house: Tree) -> None:
    obeys(
        long_apps(house),
        f"app.py stays under {APP_LINES} lines",
        "app connects; move what decides or acts into its room",
    )


def test_shared_stays_small(house: Tree) -> None:
    lines = shared_lines(house)
    obeys(
        [Fault("shared", f"has {lines} lines")] if lines >= SHARED_LINES else [],
        f"shared has under {SHARED_LINES} lines of code",
        "move what only one service uses into that service, or use a library",
    )


def test_a_function_of_41_lines_is_found(plant: Plant) -> None:
    def function(name: str, lines: int) -> str:
        return f"def {name}():\n" + "    pass\n" * (lines - 1)

    tree = plant({"services/quota/a.py": function("fits", 40) + function("too_long", 41)})
    assert [str(fault) for fault in long_functions(tree)] == [
        "services/quota/a.py:41: too_long has 41 lines"
    ]


def test_a_file_of_301_lines_is_found(plant: Plant) -> None:
    files = {"a.py": "x = 1\n" * 301, "b.sql": "--\n" * 301, "c.py": "x = 1\n" * 300}
    assert [fault.place for fault in long_files(plant(files))] == ["a.py", "b.sql"]


def test_a_line_of_101_columns_is_found(plant: Plant) -> None:
    tree = plant({"a.py": f"{'#' * 100}\n{'#' * 101}\n", "b.sql": "-" * 101})
    assert [fault.place for fault in wide_lines(tree)] == ["a.py:2", "b.sql:1"]


def test_the_median_counts_whole_functions(plant: Plant) -> None:
    text = "def one(): pass\n\n\ndef three():\n    x = 1\n    return x\n"
    tree = plant({"services/quota/a.py": text, "services/admissions/a.py": ""})
    assert median_function_lines(tree, "quota") == 2
    assert median_function_lines(tree, "admissions") == 0


def test_an_app_of_80_lines_is_found(plant: Plant) -> None:
    tree = plant({"services/quota/app.py": "x = 1\n" * 80, "services/x/app.py": "x = 1\n" * 79})
    assert [fault.place for fault in long_apps(tree)] == ["services/quota/app.py"]


def test_shared_lines_are_counted_in_all_its_files(plant: Plant) -> None:
    assert shared_lines(plant({"shared/a.py": "x = 1\n" * 3, "shared/b/c.py": "y = 2\n"})) == 4
