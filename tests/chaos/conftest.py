"""A running system of the room's own, since nobody else should be disturbed."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Literal

import httpx
import pytest
import pytest_asyncio

from tests.end_to_end.own_system import own_system
from tests.end_to_end.system import System
from tests.sizes import sized

HERE = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == HERE:
            own_time = pytest.mark.timeout(sized(120, 5400), func_only=True)
            item.add_marker(own_time, append=False)  # before the one of all promises


SHARED: Literal["session", "module"] = sized("session", "module")
"""Large loads leave more behind than a test after them should have to look through."""


@pytest.fixture(scope=SHARED)
def home() -> Iterator[Path]:
    """The state folder of a fresh system."""
    with own_system() as access_file:
        yield access_file.parent


@pytest_asyncio.fixture(scope=SHARED, loop_scope="session")
async def system(home: Path) -> AsyncIterator[System]:
    limits = httpx.Limits(max_connections=32)
    async with httpx.AsyncClient(limits=limits, timeout=30, trust_env=False) as http:
        yield System(home / "access.json", http)
