"""A long ledger behind them: how quick the past is, a replay, a back-dated key, and a start."""

import argparse
import asyncio
import random
import time
from statistics import median

from access.kafka import KafkaPlace
from benchmarks.asking import Asking
from benchmarks.database import REACHED, SERVICE, Template, make_template
from benchmarks.figures import nearest_rank
from benchmarks.issuing import running_issuer
from benchmarks.long_ledger import LAND, write_long_ledger
from benchmarks.prepared import PASSWORD, running_servers
from benchmarks.results import keep, span
from benchmarks.station import SERVICES, Station
from benchmarks.world import SMALL, World
from services.quota.store.days import SUM_AFTER
from shared.postgres import Database
from shared.topics import ensure_topics

WORLD = World(SMALL, 1)
QUOTA = f"{LAND}-regular"
LOOK_SECONDS, MOST_SECONDS = 0.02, 300.0
SUMMED = "SELECT max(summed) FROM positions"
CROSSED = "SELECT sum(crossing) FROM positions"
ALERTED = "SELECT coalesce(sum(sequence), 0) FROM positions"
Runs = dict[str, list[float]]


def main() -> None:
    """Measure, print the table, and keep it as JSON."""
    wanted = _arguments()
    runs = asyncio.run(_measure(wanted.entries, wanted.runs, wanted.reads))
    figures = {name: round(median(values), 4) for name, values in runs.items()}
    spans = {name: span(values) for name, values in runs.items()}
    keep("past", figures, {"entries": wanted.entries, "runs": runs}, spans)
    print(f"| {wanted.entries:,} entries behind | min | median | max |\n|---|--:|--:|--:|")
    for name, each in spans.items():
        print(f"| `{name}` | {each['min']:.3f} | {each['median']:.3f} | {each['max']:.3f} |")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.past", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--reads", type=int, default=100, help="of each kind in a run")
    return parser.parse_args()


async def _measure(entries: int, count: int, reads: int) -> Runs:
    runs: Runs = {"replay_1e6_seconds": []}
    with running_servers() as servers:
        template = await make_template(servers.postgres, WORLD, PASSWORD)
        await ensure_topics(KafkaPlace(servers.kafka.bootstrap), prefix="past.")
        async with running_issuer(servers.folder, PASSWORD) as tokens, template.clone() as own:
            station = Station(servers, own, "past.", tokens.issuer)
            await write_long_ledger(station, WORLD, entries)
            for _ in range(count - 1):
                runs["replay_1e6_seconds"].append(
                    await _replay_elsewhere(station, template, entries)
                )
            runs["replay_1e6_seconds"].append(await _replay(station, entries))
            await _alert(station, Asking(station, tokens))
            for number in range(count):
                await _start(station, runs)
                async with station.running("admissions"), station.running(SERVICE):
                    await station.seconds_until_ready("admissions")
                    await station.seconds_until_ready(SERVICE)
                    # People are summed by day up to 10 s behind a replay.
                    await _reach(station, SUMMED, entries - SUM_AFTER)
                    await _read(Asking(station, tokens), runs, entries, reads, number)
    return runs


async def _replay_elsewhere(station: Station, template: Template, entries: int) -> float:
    async with template.clone() as other:
        replaying = Station(station.servers, other, station.prefix, station.issuer)
        return await _replay(replaying, entries)


async def _replay(station: Station, entries: int) -> float:
    """From the start of a quota service that knows nothing until it counted every entry."""
    begun_at = time.monotonic()
    async with station.running(SERVICE):
        await _reach(station, REACHED, entries)
        return time.monotonic() - begun_at


async def _reach(station: Station, statement: str, wanted: int) -> None:
    """Wait for a number in quota's tables."""
    pool = await station.own.open()
    try:
        await _until(pool, statement, wanted)
    finally:
        await pool.close()


async def _until(pool: Database, statement: str, wanted: int) -> None:
    until = time.monotonic() + MOST_SECONDS
    while (reached := int(await pool.fetchval(statement))) < wanted:
        if time.monotonic() > until:
            raise TimeoutError(f"{reached:,} of {wanted:,} after {MOST_SECONDS:.0f} s")
        await asyncio.sleep(LOOK_SECONDS)


async def _alert(station: Station, asking: Asking) -> None:
    """Have notifications read every crossing, with nobody to be told."""
    quota, notifications = await station.own.open(), await station.own.open("notifications")
    try:
        async with station.running("notifications"):
            await station.seconds_until_ready("notifications")
            await asking.delete_recipients()
            async with station.running(SERVICE):
                crossed = int(await quota.fetchval(CROSSED))
                await _until(notifications, ALERTED, crossed)
    finally:
        await quota.close()
        await notifications.close()


async def _start(station: Station, runs: Runs) -> None:
    """How long each service takes until it is ready, one after the other."""
    for service in SERVICES:
        async with station.running(service):
            seconds = await station.seconds_until_ready(service)
        runs.setdefault(f"ready_seconds_{service}", []).append(seconds)


async def _read(asking: Asking, runs: Runs, entries: int, reads: int, number: int) -> None:
    chance = random.Random(number)
    balances = f"/quota/v1/quotas/{QUOTA}/balances"

    def some_day() -> str:
        return f"2024-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"

    known = [f"{balances}?known_sequence={chance.randint(0, entries)}" for _ in range(reads)]
    valid = [f"{balances}?valid_on={some_day()}" for _ in range(reads)]
    both = [f"{one}&valid_on={some_day()}" for one in known[: max(3, reads // 20)]]
    largest = await asking.largest_unit(balances)
    page = f"{balances}/{largest}/explanation?limit=100"
    took = {
        "known_sequence_p99_seconds": [await asking.get(path) for path in known],
        "valid_on_p99_seconds": [await asking.get(path) for path in valid],
        "both_clocks_p99_seconds": [await asking.get(path) for path in both],
        "explanation_first_page_p99_seconds": [
            await asking.get(page) for _ in range(max(5, reads // 5))
        ],
    }
    one_clock = took["known_sequence_p99_seconds"] + took["valid_on_p99_seconds"]
    for name, seconds in ({"known_as_of_p99_seconds": one_clock} | took).items():
        runs.setdefault(name, []).append(nearest_rank(seconds, 0.99))
    back_dated = await asking.post_key(QUOTA, WORLD.weights(LAND), number)
    runs.setdefault("back_dated_key_1e6_seconds", []).append(back_dated)


if __name__ == "__main__":
    main()
