"""What a running system uses, looked at every second from outside."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import asyncpg
import psutil  # type: ignore[import-untyped]  # ships no types

from shared.settings import ServiceSettings
from tests.chaos.havoc import SERVICES, Havoc
from tests.end_to_end.system import System

PACE_SECONDS = 1.0
SESSIONS = """
    SELECT usename AS service,
           count(*) FILTER (WHERE application_name = usename) AS pooled,
           count(*) FILTER (WHERE application_name <> usename) AS own,
           coalesce(max(extract(epoch FROM clock_timestamp() - state_change))
                    FILTER (WHERE state LIKE 'idle in transaction%'), 0)::float AS idle_seconds
      FROM pg_stat_activity
     WHERE usename = ANY($1)
     GROUP BY usename
"""
POOLS = {"quota": 2, "notifications": 2}
"""Of requests, and of their own work; admissions has one."""


@dataclass(frozen=True)
class Sessions:
    """One service's at PostgreSQL: of its pool, of its own, the longest idle in a transaction."""

    pooled: int
    own: int
    idle_seconds: float


@dataclass(frozen=True)
class Sample:
    """One look; memory is each process's own in MiB, PostgreSQL's with all its back ends."""

    at_seconds: float
    memory: dict[str, float]
    sockets: dict[str, int]
    sessions: dict[str, Sessions]


@dataclass
class Sampler:
    """Looks every second until it is told to end."""

    system: System
    database: asyncpg.Connection
    samples: list[Sample] = field(default_factory=list)
    end: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        began_at, due_seconds = time.monotonic(), 0.0
        while not self.end.is_set():
            self.samples.append(await self.look(round(time.monotonic() - began_at, 1)))
            due_seconds += PACE_SECONDS
            with suppress(TimeoutError):
                left = began_at + due_seconds - time.monotonic()
                await asyncio.wait_for(self.end.wait(), max(left, 0.01))

    async def look(self, at_seconds: float) -> Sample:
        memory, sockets = await asyncio.to_thread(used_by, self.system.processes())
        rows = await self.database.fetch(SESSIONS, list(SERVICES))
        sessions = {row["service"]: Sessions(*list(row)[1:]) for row in rows}
        return Sample(at_seconds, memory, sockets, sessions)


def used_by(running: dict[str, int]) -> tuple[dict[str, float], dict[str, int]]:
    """Memory and open sockets of each process."""
    processes = {name: psutil.Process(pid) for name, pid in running.items()}
    memory = {
        name: memory_of([one, *(one.children() if name == "postgres" else ())])
        for name, one in processes.items()
    }
    return memory, {name: sockets_of(one.pid) for name, one in processes.items()}


def sockets_of(pid: int) -> int:
    """Asking what each is connected to would take seconds."""
    found = 0
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found += str(file.readlink()).startswith("socket:")
    return found


def memory_of(processes: list[psutil.Process]) -> float:
    """In MiB, without files and what is shared: neighbours that come and go would change those.

    A process that ended meanwhile used nothing.
    """
    kib = 0
    for process in processes:
        with suppress(FileNotFoundError, ProcessLookupError):
            status = Path(f"/proc/{process.pid}/status").read_text()
            own = re.search(r"RssAnon:\s+(\d+) kB", status)
            kib += int(own[1]) if own else 0
    return round(kib / 1024, 2)


@asynccontextmanager
async def sampling(system: System) -> AsyncIterator[list[Sample]]:
    """A sample a second while the block runs."""
    database = await asyncpg.connect(owners_url(system))
    sampler = Sampler(system, database)
    task = asyncio.create_task(sampler.run())
    try:
        yield sampler.samples
    finally:
        sampler.end.set()
        await task
        await database.close()


def owners_url(system: System) -> str:
    """PostgreSQL as its owner, who sees everybody's sessions."""
    home = system.access_file.parent
    port = json.loads((home / "ports.json").read_text())["postgres"]
    password = (home / "secrets" / "postgres" / "owner_password").read_text()
    return f"postgresql://postgres:{quote(password)}@127.0.0.1:{port}/hafenlotse"


def pool_sizes(system: System) -> dict[str, int]:
    """Service → the most connections its pools may have, by its settings."""
    unless_set = ServiceSettings.model_fields["database_connections"].default
    return {
        service: POOLS.get(service, 1)
        * int(Havoc(system).environment(service).get("HAFENLOTSE_DATABASE_CONNECTIONS", unless_set))
        for service in SERVICES
    }
