"""How the counting grows with the owners: 1, 2 and 4 quota services over the sixteen Länder."""

import argparse
import asyncio
from contextlib import AsyncExitStack
from statistics import median

from benchmarks.comparing import compare, crossing_in
from benchmarks.database import SERVICE
from benchmarks.peers import install_peers
from benchmarks.prepared import Prepared, prepare, running_servers
from benchmarks.quota import published, time_counting
from benchmarks.results import keep, span
from benchmarks.station import Station
from benchmarks.topic import ends_of, read_after
from benchmarks.world import SMALL, World

WORLD = World(SMALL, 1)
OWNERS = (1, 2, 4)


def main() -> None:
    """Measure in turns, print the table, keep it as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.owners", description=__doc__)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    install_peers()
    runs = asyncio.run(_measure(wanted.events, wanted.rounds))
    figures = {name: round(median(values)) for name, values in runs.items()}
    spans = {name: span(values) for name, values in runs.items()}
    keep("owners", figures, runs, spans)
    print("| entries a second | min | median | max |\n|---|--:|--:|--:|")
    for name, each in spans.items():
        print(f"| `{name}` | {each['min']:,.0f} | {each['median']:,.0f} | {each['max']:,.0f} |")


async def _measure(events: int, rounds: int) -> dict[str, list[float]]:
    runs: dict[str, list[float]] = {f"per_second_{count}_owners": [] for count in OWNERS}
    with running_servers() as servers:
        prepared = await prepare(servers, WORLD, events)
        for _ in range(rounds):
            for count in OWNERS:
                runs[f"per_second_{count}_owners"].append(await _run(prepared, count))
    return runs


async def _run(prepared: Prepared, owners: int) -> float:
    """Entries a second of so many services on one database; their crossings must be right."""
    bootstrap, prefix = prepared.servers.kafka.bootstrap, f"{prepared.world.name}."
    begin = await ends_of(bootstrap, prepared.crossings)
    async with prepared.template.clone() as own:
        pool = await own.open()
        try:
            async with AsyncExitStack() as running:
                for _ in range(owners):
                    station = Station(prepared.servers, own, prefix)
                    await running.enter_async_context(station.running(SERVICE))
                events, seconds, *_rest = await time_counting(pool, prepared.events)
                await published(pool, prepared, begin)
        finally:
            await pool.close()
    found = [crossing_in(each) for each in await read_after(bootstrap, prepared.crossings, begin)]
    verdict = compare(prepared.right, set(found), is_whole=True)
    if not verdict.is_exact:
        raise RuntimeError(f"{owners} owners: {verdict}")
    return events / seconds


if __name__ == "__main__":
    main()
