"""The running system of the suite, one client of it, and the address that webhooks reach."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.end_to_end.conforming import Conforming
from tests.end_to_end.handed_out import HandedOut, logs_of, spilled
from tests.end_to_end.own_system import own_system
from tests.end_to_end.system import System
from tests.end_to_end.webhooks import WebhookSink

HERE = Path(__file__).parent
SHORT_LIVED = "short-lived"
"""A caller whose token ended a second after the suite began."""
LAST = ("test_killed_processes.py", "test_expired_tokens.py")
"""These disturb the others, or wait for what began at the start."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"))
            item.add_marker(pytest.mark.timeout(120, func_only=True))
    items.sort(key=lambda item: item.path.parent == HERE and item.path.name in LAST)


@pytest.fixture(scope="session")
def access_file() -> Iterator[Path]:
    """HAFENLOTSE_TEST_ACCESS names the access.json of a running system, or one is started."""
    given = os.environ.get("HAFENLOTSE_TEST_ACCESS")
    if given:
        yield Path(given)
        return
    with own_system() as path:
        yield path


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def system(access_file: Path) -> AsyncIterator[System]:
    limits = httpx.Limits(max_connections=32)
    async with httpx.AsyncClient(limits=limits, timeout=30, trust_env=False) as http:
        handed_out = HandedOut()
        http.event_hooks = {"response": [Conforming(http).look_at, handed_out.look_at]}
        running = System(access_file, http)
        running.tokens[SHORT_LIVED] = await running.new_token("city-01001", expires_in="1")
        yield running
    told = spilled(handed_out.secrets, logs_of(access_file.parent))
    assert handed_out.secrets
    assert not told, f"secrets were told: {told}"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sink(system: System) -> AsyncIterator[WebhookSink]:
    """The test's own server at the one loopback address that webhooks may go to."""
    async with WebhookSink.listening(system.access["webhook_sink"]) as listening:
        yield listening
