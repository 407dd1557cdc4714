"""What the rate limit lets pass."""

import asyncio

import pytest

from tests.end_to_end.system import System

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_burst_of_three_hundred_requests_passes(system: System) -> None:
    city = system.city("01059")
    answers = await asyncio.gather(*(city.get("/admissions/v1/reasons") for _ in range(300)))
    assert {answer.status_code for answer in answers} == {200}
