"""Does an entry cost more once very many were counted? Also memory, and bytes kept for each."""

import argparse
import asyncio
import time
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]  # ships no types

from access.kafka import KafkaPlace
from benchmarks.database import SERVICE, OwnDatabase, make_template
from benchmarks.figures import Figures
from benchmarks.ledgers import entries
from benchmarks.prepared import PASSWORD, Servers, running_servers
from benchmarks.quota import reach
from benchmarks.results import keep
from benchmarks.station import Process, Station
from benchmarks.topic import publish
from benchmarks.world import SMALL, World
from shared.contracts.ledger import entry_event
from shared.postgres import Database
from shared.topics import PLACEMENTS, ensure_topics

WORLD = World(SMALL, 1)
FIRST = 10_000
SIZE = "SELECT pg_database_size(current_database())"


@dataclass(frozen=True, slots=True)
class Moment:
    """How far the counting was, when, and what it had used and kept by then."""

    entries: int
    at: float
    processor_seconds: float
    memory_bytes: int
    stored_bytes: int


def main() -> None:
    """Count so many entries, compare the last window with an early one, keep the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--window", type=int, default=200_000)
    wanted = parser.parse_args()
    figures = asyncio.run(_measure(wanted.entries, wanted.window))
    keep("growth", figures, {"entries": wanted.entries, "window": wanted.window})
    print(f"| after {wanted.entries:,} entries | |\n|---|--:|")
    for name, value in figures.items():
        print(f"| `{name}` | {value:,.3f} |")


async def _measure(count: int, window: int) -> Figures:
    with running_servers() as servers:
        await ensure_topics(KafkaPlace(servers.kafka.bootstrap), prefix="growth.")
        template = await make_template(servers.postgres, WORLD, PASSWORD)
        events = ((entry["land"], entry_event(entry)) for entry in entries(WORLD, count))
        await publish(servers.kafka.bootstrap, f"growth.{PLACEMENTS}", events)
        async with template.clone() as own:
            early, late = await _count(servers, own, count, window)
    before = _cost(*early)
    return {
        "cost_1e7_over_1e4": round(_cost(*late) / before, 3),
        "processor_1e7_over_1e4": round(_processor(*late) / _processor(*early), 3),
        "entries_per_second_after_1e4": round(1 / before),
        "memory_mb_after_1e4": round(early[1].memory_bytes / 1e6, 1),
        "memory_mb_after_1e7": round(late[1].memory_bytes / 1e6, 1),
        "stored_bytes_per_entry": round(
            (late[1].stored_bytes - early[0].stored_bytes) / (late[1].entries - early[0].entries)
        ),
    }


async def _count(
    servers: Servers, own: OwnDatabase, count: int, window: int
) -> tuple[tuple[Moment, Moment], tuple[Moment, Moment]]:
    pool = await own.open()
    try:
        async with Station(servers, own, "growth.").running(SERVICE) as process:
            marks = (FIRST, FIRST + window, count - window, count)
            found = [await _moment(pool, process, mark, count) for mark in marks]
    finally:
        await pool.close()
    return (found[0], found[1]), (found[2], found[3])


async def _moment(pool: Database, process: Process, mark: int, count: int) -> Moment:
    reached = await reach(pool, mark, most_seconds=max(120.0, count / 1000))
    at, own = time.monotonic(), psutil.Process(process.pid)
    times = own.cpu_times()
    stored = int(await pool.fetchval(SIZE))
    return Moment(reached, at, times.user + times.system, own.memory_info().rss, stored)


def _cost(begin: Moment, end: Moment) -> float:
    """Seconds for an entry."""
    return (end.at - begin.at) / (end.entries - begin.entries)


def _processor(begin: Moment, end: Moment) -> float:
    """Processor seconds for an entry."""
    return (end.processor_seconds - begin.processor_seconds) / (end.entries - begin.entries)


if __name__ == "__main__":
    main()
