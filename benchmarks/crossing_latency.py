"""From a ledger event on the topic to its crossing on the topic, in an open loop."""

import argparse
import asyncio
import random
import secrets
import sys
import time
from collections.abc import Mapping

from access.kafka import KafkaPlace
from benchmarks.arrivals import Due, Named, Stream, first_crossings, send_events
from benchmarks.beside import processes_beside
from benchmarks.comparing import Crossing
from benchmarks.database import SERVICE, Template, make_template
from benchmarks.figures import WARM_SECONDS, Figures, medians, spread, table
from benchmarks.ledgers import entries
from benchmarks.peers import install_peers
from benchmarks.prepared import PASSWORD, Servers, find_right, running_servers
from benchmarks.results import keep, spans
from benchmarks.station import Station
from benchmarks.world import SMALL, World
from shared.contracts.ledger import entry_event
from shared.topics import CROSSINGS, PLACEMENTS, ensure_topics

WORLD = World(SMALL, 1)
LEAD_SECONDS = 1.5


def main() -> None:
    """Put on every load several times, in turns; print and keep the medians."""
    wanted = _arguments()
    install_peers()
    runs = asyncio.run(_measure(wanted))
    figures = {load: medians(each) for load, each in runs.items()}
    flat = {
        f"{name}_{load}": value for load, each in figures.items() for name, value in each.items()
    }
    keep("crossing_latency", flat, runs, spans(runs))
    print(table(figures))
    if any(one["wrong"] for each in runs.values() for one in each):
        sys.exit("Crossings are missing or wrong: see 'wrong' in the runs.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.crossing_latency", description=__doc__
    )
    parser.add_argument("--per-second", type=int, nargs="+", default=[200, 2000])
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


async def _measure(wanted: argparse.Namespace) -> dict[int, list[Figures]]:
    runs: dict[int, list[Figures]] = {load: [] for load in wanted.per_second}
    with running_servers() as servers:
        template = await make_template(servers.postgres, WORLD, PASSWORD)
        for number in range(wanted.runs):
            for load, found in runs.items():
                found.append(await _run(servers, template, load, wanted.seconds, number))
    return runs


async def _run(servers: Servers, template: Template, load: int, seconds: int, seed: int) -> Figures:
    prefix = f"latency-{secrets.token_hex(4)}."
    await ensure_topics(KafkaPlace(servers.kafka.bootstrap), prefix=prefix)
    ledger = list(entries(WORLD, load * (seconds + WARM_SECONDS), seed))
    right = await find_right(servers, WORLD, ledger)
    due = _plan(ledger, load)
    async with template.clone() as own:
        station = Station(servers, own, prefix)
        async with station.running(SERVICE):
            await station.seconds_until_ready(SERVICE)
            places = prefix + PLACEMENTS, prefix + CROSSINGS
            with processes_beside(2) as processes:
                begins_at = time.monotonic() + LEAD_SECONDS
                stream = Stream(servers.kafka.bootstrap, *places, due, begins_at)
                watching = processes.submit(first_crossings, stream)
                late = await asyncio.wrap_future(processes.submit(send_events, stream))
                seen = await asyncio.wrap_future(watching)
    return _figures(stream, right, seen, late)


def _plan(ledger: list[dict[str, object]], load: int) -> list[Due]:
    """Events at random instants, as of senders that know nothing of each other."""
    chance = random.Random(load)
    instants = sorted(chance.uniform(0, len(ledger) / load) for _ in ledger)
    return [
        Due(instant, (str(entry["land"]), int(str(entry["sequence"]))), entry_event(entry))
        for instant, entry in zip(instants, ledger, strict=True)
    ]


def _figures(
    stream: Stream, right: list[Crossing], seen: Mapping[Named, float], late: float
) -> Figures:
    """Latencies from due to seen, and `wrong`: seen without crossing, or the reverse."""
    due = {one.name: stream.begins_at + one.seconds for one in stream.events}
    begun_at = stream.begins_at + WARM_SECONDS
    found = [at - due[name] for name, at in seen.items() if due[name] >= begun_at]
    crossed = {(land, sequence) for land, sequence, *_ in right}
    return {
        **spread("crossing", found),
        "sender_late_most_seconds": round(late, 4),
        "crossed": len(found),
        "wrong": len(crossed ^ seen.keys()),
    }


if __name__ == "__main__":
    main()
