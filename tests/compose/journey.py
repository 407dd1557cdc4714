"""A placement's way through a composed system, asked for from outside."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx

from tests.compose.engine import Composed
from tests.end_to_end.placements import record
from tests.end_to_end.system import System
from tests.eventually import eventually

T = TypeVar("T")
PERSONS = 40


def asked(project: Composed, ask: Callable[[System], Awaitable[T]]) -> T:
    """What a conversation with the running system gives."""

    async def converse() -> T:
        async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
            return await ask(System(project.access, http))

    return asyncio.run(converse())


async def submit(system: System) -> int:
    """One city takes in many people, which moves it over; the entry's number."""
    placed = await record(system.city("01004"), unit="01004", programme="asylum", persons=PERSONS)
    sequence: int = placed.json()["sequence"]

    async def is_counted() -> bool:
        board = await system.coordination.seen("/quota/v1/quotas/sh-regular/balances")
        return bool(board["as_of"]["sequence"] >= sequence)

    async def is_alerted() -> bool:
        crossings = await system.coordination.listed("/quota/v1/quotas/sh-regular/crossings")
        alerts = await system.coordination.listed("/notifications/v1/alerts")
        known = {one["crossing"] for one in alerts}
        return {f"01:{one['sequence']}" for one in crossings} <= known and bool(crossings)

    await eventually(is_counted, within=60, because=f"entry {sequence} is counted")
    await eventually(is_alerted, within=60, because="every crossing has its alert")
    return sequence


async def total(system: System) -> str:
    board = await system.coordination.seen("/quota/v1/quotas/sh-regular/balances")
    credited: str = board["total"]["exact"]
    return credited
