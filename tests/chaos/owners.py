"""Two processes of quota that both believe that they own the Land."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psutil  # type: ignore[import-untyped]  # ships no types

from tests.end_to_end.own_system import ROOT, free_port
from tests.end_to_end.placements import head
from tests.end_to_end.quotas import QUOTAS, eventually_some
from tests.end_to_end.system import System

TAKEN_OVER_SECONDS = 60
"""PostgreSQL ends a transaction whose owner stands still after 30 s, and with it the lock."""


@dataclass(frozen=True)
class Owner:
    """A process of quota, asked at its own port."""

    system: System
    pid: int
    port: int

    async def is_ready(self) -> bool:
        answer = await self.system.http.get(f"http://127.0.0.1:{self.port}/quota/health/ready")
        return answer.status_code == 200

    async def has_counted(self, sequence: int) -> bool:
        """Whether the entry of that number is in the balances."""
        address = f"http://127.0.0.1:{self.port}{QUOTAS}/sh-regular/balances"
        token = await self.system.token("coordination")
        answer = await self.system.http.get(address, headers={"Authorization": f"Bearer {token}"})
        body: dict[str, Any] = answer.json()
        return bool(body["as_of"]["sequence"] >= sequence)

    async def goes_on(self) -> None:
        """Wait until everything that is recorded by now is counted."""
        last = await head(self.system)
        await eventually_some(
            lambda: self.has_counted(last), f"{last} is counted", TAKEN_OVER_SECONDS
        )


def first_owner(system: System) -> Owner:
    """The one that the supervisor started."""
    pid = system.processes()["quota"]
    return Owner(system, pid, int(psutil.Process(pid).environ()["HAFENLOTSE_PORT"]))


@asynccontextmanager
async def second_owner(system: System) -> AsyncIterator[Owner]:
    """One more, as a second server would run it."""
    port = free_port()
    settings = psutil.Process(first_owner(system).pid).environ()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.quota"),
        env=settings | {"HAFENLOTSE_PORT": str(port), "HAFENLOTSE_METRICS_PORT": "0"},
        cwd=ROOT,
        stderr=asyncio.subprocess.DEVNULL,
    )
    owner = Owner(system, process.pid, port)
    try:
        await eventually_some(owner.is_ready, "the second owner is ready", TAKEN_OVER_SECONDS)
        yield owner
    finally:
        process.terminate()
        await process.wait()
