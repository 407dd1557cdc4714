"""A token ends when it says so, at most a minute later."""

import asyncio

import pytest
import pytest_asyncio

from tests.end_to_end.placements import PLACEMENTS
from tests.end_to_end.problems import problem
from tests.end_to_end.system import System
from tests.eventually import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

LEEWAY_SECONDS = 60


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def short_lived(system: System) -> tuple[str, float]:
    token = await system.new_token("city-01001", expires_in="1")
    return token, asyncio.get_running_loop().time() + 1


async def test_a_token_is_refused_at_most_a_minute_after_its_end(
    system: System, short_lived: tuple[str, float]
) -> None:
    token, ends_at = short_lived
    headers = {"Authorization": f"Bearer {token}"}

    async def is_refused() -> bool:
        answer = await system.ask("GET", PLACEMENTS, headers=headers)
        return answer.status_code == 401

    left = ends_at + LEEWAY_SECONDS + 2 - asyncio.get_running_loop().time()
    await eventually(is_refused, within=max(left, 0), because="the token has ended")
    problem(await system.ask("GET", PLACEMENTS, headers=headers), 401, "token-invalid")
