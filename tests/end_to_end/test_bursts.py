"""What the rate limit lets pass, and whom a flood hurts: nobody else."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

import httpx
import pytest

from access.settings import AccessSettings
from tests.end_to_end.system import Caller, System
from tests.sizes import sized

pytestmark = pytest.mark.asyncio(loop_scope="session")

Ask = Callable[[], Awaitable[httpx.Response]]
SHIPPED = AccessSettings(issuer="https://issuer.example")
PATH = "/admissions/v1/reasons"
SECONDS = sized(3, 30)
LOUD_PER_SECOND, CALM_PER_SECOND = 500, 20
EVERY_SECONDS = 0.02
NOTICED_SECONDS = sized(1.5, 0.05)
"""Below this nobody waits, whatever the ratio: a core that also sends the flood is no quiet one."""


async def test_a_burst_of_three_hundred_requests_passes(system: System) -> None:
    city = system.city("01059")
    answers = await asyncio.gather(*(city.get(PATH) for _ in range(300)))
    assert {answer.status_code for answer in answers} == {200}


async def flood(ask: Ask, seen: Counter[int]) -> None:
    """500 requests a second, for ever, whatever is answered."""
    while True:
        began = time.monotonic()
        some = (ask() for _ in range(int(LOUD_PER_SECOND * EVERY_SECONDS)))
        seen.update(answer.status_code for answer in await asyncio.gather(*some))
        await pause_until(began + EVERY_SECONDS)


async def pause_until(moment: float) -> None:
    """Wait for the next beat of a rate; late ones follow at once."""
    with suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, moment - time.monotonic())):
            await asyncio.Event().wait()


async def p99_seconds(caller: Caller) -> float:
    """How long all but one in a hundred of a calm client's requests take; none is refused."""
    taken = []
    for _ in range(SECONDS * CALM_PER_SECOND):
        began = time.monotonic()
        assert (await caller.get(PATH)).status_code == 200
        taken.append(time.monotonic() - began)
        await pause_until(began + 1 / CALM_PER_SECOND)
    return sorted(taken)[int(len(taken) * 0.99) - 1]


@pytest.mark.promise(27)
async def test_one_loud_client_does_not_hurt_others(system: System) -> None:
    loud, calm = system.city("01060"), system.city("01061")
    assert await seen_beside(calm, lambda: loud.get(PATH)) <= {200, 429}


async def test_a_loud_stranger_does_not_hurt_whoever_has_a_token(system: System) -> None:
    calm = system.city("01061")
    headers = {"Authorization": "Bearer x"}
    elsewhere = httpx.AsyncHTTPTransport(local_address="127.0.0.2")
    async with httpx.AsyncClient(transport=elsewhere) as http:
        stranger = System(system.access_file, http)
        assert await seen_beside(calm, lambda: stranger.ask("GET", PATH, headers=headers)) <= {
            401,
            429,
        }


async def seen_beside(calm: Caller, ask: Ask) -> set[int]:
    """What a flood of requests is answered, beside which a calm client does not wait."""
    quiet, seen = await p99_seconds(calm), Counter[int]()
    began = time.monotonic()
    flooding = asyncio.create_task(flood(ask, seen))
    try:
        beside = await p99_seconds(calm)
    finally:
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)
    lawful = SHIPPED.rate_burst + SHIPPED.rate_per_second * (time.monotonic() - began)
    assert beside <= max(2 * quiet, NOTICED_SECONDS), f"{quiet} s alone, {beside} s beside it"
    assert seen[429] > 0 or seen.total() <= lawful, "more passed than a rate allows"
    return set(seen)
