"""Tests about tests: each says a sentence, can fail, waits without sleeping and mocks nothing."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.conftest import Plant
from tests.house.tree import Fault, Function, Source, Tree, called_name, calls, functions, obeys
from tests.house.tree import imports as imports_of

CLOCKWORK = "tests/eventually.py"
CAN_FAIL = re.compile(r"raises|warns|fail|assert_\w+")
MOCKS = ("unittest.mock", "mock.", "pytest_mock.")


def tests_of(tree: Tree) -> Iterator[tuple[Source, Function]]:
    for source in tree.python("tests/"):
        if source.name.startswith("test_"):
            for function in functions(source):
                if function.name.startswith("test_"):
                    yield source, function


def sleeps(tree: Tree) -> Iterator[Fault]:
    for source in tree.python("tests/"):
        for call in calls(source) if source.path != CLOCKWORK else ():
            if called_name(call) == "sleep":
                yield source.fault(call.lineno, "sleeps")


def names_that_are_no_sentence(tree: Tree) -> Iterator[Fault]:
    for source, test in tests_of(tree):
        words = test.name.split("_")[1:]
        if len(words) < 3 or "should" in words:
            yield source.fault(test.lineno, f"{test.name} is no sentence that can be true or false")


def tests_that_cannot_fail(tree: Tree) -> Iterator[Fault]:
    checking = _checking_names(tree)
    for source, test in tests_of(tree):
        if not _asserts(test) and checking.isdisjoint(_called_names(test)):
            yield source.fault(test.lineno, f"{test.name} asserts nothing")


def _checking_names(tree: Tree) -> set[str]:
    """Names of the functions below tests that assert, themselves or by calling each other."""
    known = [function for source in tree.python("tests/") for function in functions(source)]
    names = {function.name for function in known if _asserts(function)}
    called = [(function.name, _called_names(function)) for function in known]
    while found := {name for name, calls in called if calls & names} - names:
        names |= found
    return names


def _asserts(function: Function) -> bool:
    return any(_can_fail(node) for node in ast.walk(function))


def _can_fail(node: ast.AST) -> bool:
    match node:
        case ast.Assert(test=condition):
            return not isinstance(condition, ast.Constant)
        case ast.Raise(exc=ast.Call(func=ast.Name(id="AssertionError"))):
            return True
        case ast.Call():
            return CAN_FAIL.fullmatch(called_name(node)) is not None
    return False


def _called_names(function: Function) -> set[str]:
    return {called_name(node) for node in ast.walk(function) if isinstance(node, ast.Call)}


def mocks(tree: Tree) -> Iterator[Fault]:
    for source in tree.python("tests/"):
        for line, name in imports_of(source):
            if f"{name}.".startswith(MOCKS):
                yield source.fault(line, f"imports {name}")
        for call in calls(source):
            if ast.unparse(call.func) in {"monkeypatch.setattr", "mocker.patch"}:
                yield source.fault(call.lineno, "replaces a part of the code under test")


def test_no_test_sleeps(house: Tree) -> None:
    obeys(
        sleeps(house),
        "tests never sleep",
        "await eventually(check, within=seconds, because='...') from tests.eventually",
    )


def test_each_tests_name_is_a_sentence(house: Tree) -> None:
    obeys(
        names_that_are_no_sentence(house),
        "a test's name is a sentence of three words or more, without 'should'",
        "say what is true: test_one_citys_placement_can_put_another_under",
    )


def test_each_test_can_fail(house: Tree) -> None:
    obeys(
        tests_that_cannot_fail(house),
        "a test that can't fail is a defect",
        "assert what the name says, or expect the refusal with pytest.raises",
    )


def test_nothing_of_ours_is_mocked(house: Tree) -> None:
    obeys(
        mocks(house),
        "no mocks and no patched code",
        "use the real thing (tests/integration), or pass the value in; setenv is fine",
    )


def test_a_sleep_is_found(plant: Plant) -> None:
    text = "import time, asyncio\ntime.sleep(1)\n\n\nasync def f():\n    await asyncio.sleep(1)\n"
    tree = plant({"tests/unit/test_a.py": text, CLOCKWORK: text, "shared/a.py": text})
    assert [fault.place for fault in sleeps(tree)] == [
        "tests/unit/test_a.py:2",
        "tests/unit/test_a.py:6",
    ]


@pytest.mark.parametrize("name", ["test_it", "test_balance_zero", "test_it_should_be_zero"])
def test_a_name_that_is_no_sentence_is_found(plant: Plant, name: str) -> None:
    text = f"def {name}(): pass\n\n\nasync def test_balances_sum_to_zero(): pass\n"
    tree = plant({"tests/unit/test_a.py": text, "tests/unit/builders.py": text})
    assert [fault.place for fault in names_that_are_no_sentence(tree)] == ["tests/unit/test_a.py:1"]


@pytest.mark.parametrize(
    ("body", "can_fail"),
    [
        ("x = 1", False),
        ("assert True", False),
        ("count(1)", False),
        ("assert x == 1", True),
        ("with pytest.raises(UnitUnknown): f()", True),
        ("await eventually(f)", True),
        ("problem(answer, 'unknown-unit')", True),
        ("listed(answer)", False),
    ],
)
def test_a_test_without_an_assertion_is_found(plant: Plant, body: str, can_fail: bool) -> None:
    text = f"async def test_one_two_three():\n    {body}\n"
    tools = "def problem(x): eventually(x)\ndef listed(x): pass\n"
    waits = "def eventually(x): raise AssertionError(x)\n"
    tree = plant({"tests/unit/test_a.py": text, "tests/tools.py": tools, CLOCKWORK: waits})
    assert bool(list(tests_that_cannot_fail(tree))) is not can_fail


@pytest.mark.parametrize(
    "line",
    ["import unittest.mock", "from unittest import mock", "from unittest.mock import Mock"],
)
def test_an_imported_mock_is_found(plant: Plant, line: str) -> None:
    assert list(mocks(plant({"tests/unit/test_a.py": line})))


def test_a_patched_attribute_is_found_and_a_set_variable_is_not(plant: Plant) -> None:
    text = "monkeypatch.setenv('A', 'b')\nmonkeypatch.setattr(a, 'b', c)\n"
    faults = list(mocks(plant({"tests/unit/test_a.py": f"\n{text}"})))
    assert [fault.place for fault in faults] == ["tests/unit/test_a.py:3"]
