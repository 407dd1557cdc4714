"""Our quota service as it ships, from the first position that it commits to the last one."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import Popen

from benchmarks.comparing import crossing_in
from benchmarks.database import REACHED, SERVICE, OwnDatabase
from benchmarks.prepared import Prepared
from benchmarks.runs import Run
from benchmarks.topic import ends_of, read_after
from embedded.ports import pick_port
from embedded.settings import ROOT
from shared.postgres import Database

Process = Popen[bytes]
LOOK_SECONDS = 0.01
NOWHERE = "http://127.0.0.1:9"
FOUND = "SELECT sum(crossing) FROM positions"
MOST_SECONDS = 120.0
PUBLISHED_SECONDS = 60.0


async def run_quota(prepared: Prepared, *, is_killed: bool = False) -> Run:
    """Count the whole topic on a database of its own; killed once in the middle if asked."""
    bootstrap = prepared.servers.kafka.bootstrap
    begin = await ends_of(bootstrap, prepared.crossings)
    async with prepared.template.clone() as own:
        pool = await own.open()
        try:
            if is_killed:
                async with running_quota(prepared, own) as process:
                    await _reach(pool, prepared.events // 2)
                    process.kill()
            async with running_quota(prepared, own):
                timed = await _time(pool, prepared.events)
                await _published(pool, prepared, begin)
        finally:
            await pool.close()
    documents = await read_after(bootstrap, prepared.crossings, begin)
    return Run(*timed, [crossing_in(each) for each in documents])


@asynccontextmanager
async def running_quota(prepared: Prepared, own: OwnDatabase) -> AsyncIterator[Process]:
    """`python -m services.quota`; ended in order if it still runs."""
    process = _start(prepared, own)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        await asyncio.to_thread(process.wait)


def _start(prepared: Prepared, own: OwnDatabase) -> Process:
    secrets = prepared.servers.folder / own.name
    secrets.mkdir(exist_ok=True)
    Path(secrets, "database_password").write_text(own.password, encoding="utf-8")
    with Path(secrets, "log").open("ab") as log:
        return Popen(
            [sys.executable, "-m", f"services.{SERVICE}"],
            env=os.environ | _settings(prepared, own, secrets),
            cwd=ROOT,
            stderr=log,
        )


def _settings(prepared: Prepared, own: OwnDatabase, secrets: Path) -> Mapping[str, str]:
    return {
        "HAFENLOTSE_PORT": str(pick_port()),
        "HAFENLOTSE_DATABASE_URL": own.url,
        "HAFENLOTSE_SECRETS_DIR": str(secrets),
        "HAFENLOTSE_KAFKA_BOOTSTRAP": prepared.servers.kafka.bootstrap,
        "HAFENLOTSE_TOPIC_PREFIX": f"{prepared.world.name}.",
        "HAFENLOTSE_ISSUER": NOWHERE,
        "HAFENLOTSE_ADMISSIONS_URL": NOWHERE,
    }


async def _reach(pool: Database, wanted: int) -> int:
    """Wait until so many entries are committed; how many are."""
    until = time.monotonic() + MOST_SECONDS
    while (reached := int(await pool.fetchval(REACHED))) < wanted:
        if time.monotonic() > until:
            raise TimeoutError(f"quota stands at {reached} of {wanted} entries")
        await asyncio.sleep(LOOK_SECONDS)
    return reached


async def _time(pool: Database, events: int) -> tuple[int, float, float, bool]:
    """Entries, seconds, entries a second in the second half, and that it was all: never a prefix.

    The clock starts at the first commit that is seen, and those entries don't count.
    """
    before = int(await pool.fetchval(REACHED))
    first = await _reach(pool, before + 1)
    begun_at, half = time.monotonic(), (0.0, 0)
    while True:
        reached, seconds = int(await pool.fetchval(REACHED)), time.monotonic() - begun_at
        done = reached - first
        if not half[1] and done * 2 >= events - first:
            half = seconds, done
        if reached >= events:
            return done, seconds, (done - half[1]) / max(seconds - half[0], LOOK_SECONDS), True
        if seconds > MOST_SECONDS:
            raise TimeoutError(f"quota stands at {reached} of {events} entries")
        await asyncio.sleep(LOOK_SECONDS)


async def _published(pool: Database, prepared: Prepared, begin: Mapping[int, int]) -> None:
    """Wait until the relay has sent every crossing that was found."""
    until = time.monotonic() + PUBLISHED_SECONDS
    while time.monotonic() < until:
        ends = await ends_of(prepared.servers.kafka.bootstrap, prepared.crossings)
        found = int(await pool.fetchval(FOUND))
        if sum(ends.values()) - sum(begin.values()) >= found:
            return
        await asyncio.sleep(0.2)
