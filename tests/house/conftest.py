"""The tree under test, and small trees that break a rule on purpose."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house.tree import ROOT, Tree

Plant = Callable[[dict[str, str]], Tree]


@pytest.fixture(scope="session")
def house() -> Tree:
    return Tree(ROOT)


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Make a small tree from {path: text}."""

    def planted(files: dict[str, str]) -> Tree:
        for path, text in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return Tree(tmp_path)

    return planted
