"""Our quota service as it ships, from the first position that it commits to the last one."""

import asyncio
import time
from collections.abc import Mapping

from benchmarks.comparing import crossing_in
from benchmarks.database import REACHED, SERVICE
from benchmarks.prepared import Prepared
from benchmarks.runs import Run
from benchmarks.station import Station
from benchmarks.topic import ends_of, read_after
from shared.postgres import Database

LOOK_SECONDS = 0.01
FOUND = "SELECT sum(crossing) FROM positions"
MOST_SECONDS = 240.0
PUBLISHED_SECONDS = 60.0


async def run_quota(prepared: Prepared, *, is_killed: bool = False) -> Run:
    """Count the whole topic on a database of its own; killed once in the middle if asked."""
    bootstrap = prepared.servers.kafka.bootstrap
    begin = await ends_of(bootstrap, prepared.crossings)
    async with prepared.template.clone() as own:
        station = Station(prepared.servers, own, f"{prepared.world.name}.")
        pool = await own.open()
        try:
            if is_killed:
                async with station.running(SERVICE) as process:
                    await reach(pool, prepared.events // 2)
                    process.kill()
            async with station.running(SERVICE):
                timed = await time_counting(pool, prepared.events)
                await published(pool, prepared, begin)
        finally:
            await pool.close()
    documents = await read_after(bootstrap, prepared.crossings, begin)
    return Run(*timed, [crossing_in(each) for each in documents])


async def reach(pool: Database, wanted: int, most_seconds: float = MOST_SECONDS) -> int:
    """Wait until so many entries are committed; how many are."""
    until = time.monotonic() + most_seconds
    while (reached := int(await pool.fetchval(REACHED))) < wanted:
        if time.monotonic() > until:
            raise TimeoutError(f"quota stands at {reached} of {wanted} entries")
        await asyncio.sleep(LOOK_SECONDS)
    return reached


async def time_counting(pool: Database, events: int) -> tuple[int, float, float, bool]:
    """Entries, seconds, entries a second in the second half, and that it was all: never a prefix.

    The clock starts at the first commit that is seen, and those entries don't count.
    """
    before = int(await pool.fetchval(REACHED))
    first = await reach(pool, before + 1)
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


async def published(pool: Database, prepared: Prepared, begin: Mapping[int, int]) -> None:
    """Wait until the relay has sent every crossing that was found."""
    until = time.monotonic() + PUBLISHED_SECONDS
    while time.monotonic() < until:
        ends = await ends_of(prepared.servers.kafka.bootstrap, prepared.crossings)
        found = int(await pool.fetchval(FOUND))
        if sum(ends.values()) - sum(begin.values()) >= found:
            return
        await asyncio.sleep(0.2)
