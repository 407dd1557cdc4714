"""Cities that go on recording whatever happens, and remember what was accepted."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from tests.end_to_end.placements import PLACEMENTS, UNITS, a_placement
from tests.end_to_end.quotas import eventually_some, level
from tests.end_to_end.system import Caller, System

ANSWERED_SECONDS = 60
PACE_SECONDS = 0.05


@dataclass
class Load:
    """Cities that go on recording, with the same key until they are answered."""

    system: System
    accepted: list[str] = field(default_factory=list)
    refused: list[httpx.Response] = field(default_factory=list)
    end: asyncio.Event = field(default_factory=asyncio.Event)

    async def go_on(self, unit: str) -> None:
        while not await self.is_over(PACE_SECONDS):
            answer = await self.insist(self.system.city(unit), str(uuid.uuid4()), unit)
            self.accepted.append(answer.json()["id"])

    async def is_over(self, within: float) -> bool:
        """Whether the load ends in that time; this is its pace."""
        try:
            return await asyncio.wait_for(self.end.wait(), within)
        except TimeoutError:
            return False

    async def insist(self, city: Caller, key: str, unit: str) -> httpx.Response:
        """The answer to a placement that is sent again as long as there is none."""
        answered: httpx.Response = await eventually_some(
            lambda: self.send(city, key, unit), "the placement is accepted", ANSWERED_SECONDS
        )
        return answered

    async def send(self, city: Caller, key: str, unit: str) -> httpx.Response | None:
        answer = await city.post(PLACEMENTS, a_placement(unit=unit), Idempotency_Key=key)
        if answer.status_code == 201:
            return answer
        self.refused.append(answer)
        return None


@asynccontextmanager
async def load_on(system: System) -> AsyncIterator[Load]:
    """Five cities record while the block runs; afterwards each has its last answer."""
    await level(system)
    load = Load(system)
    tasks = [asyncio.create_task(load.go_on(unit)) for unit in UNITS[:5]]
    try:
        yield load
    finally:
        load.end.set()
        await asyncio.gather(*tasks)
