"""A token ends when it says so, at most a minute later."""

import pytest

from tests.end_to_end.conftest import SHORT_LIVED
from tests.end_to_end.placements import PLACEMENTS
from tests.end_to_end.problems import problem
from tests.end_to_end.system import System
from tests.eventually import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

LEEWAY_SECONDS = 60


async def test_a_token_is_refused_at_most_a_minute_after_its_end(system: System) -> None:
    caller = system.caller(SHORT_LIVED)

    async def is_refused() -> bool:
        return (await caller.get(PLACEMENTS)).status_code == 401

    await eventually(is_refused, within=LEEWAY_SECONDS + 2, because="the token has ended")
    problem(await caller.get(PLACEMENTS), 401, "token-invalid")
