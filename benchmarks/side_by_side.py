"""Our quota service beside the limit and its peers, all on the same topic, in turns."""

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.comparing import Verdict, compare
from benchmarks.peers import install_peers
from benchmarks.prepared import Prepared, prepare, running_servers
from benchmarks.quota import run_quota
from benchmarks.results import keep
from benchmarks.runs import DECODE_ONLY, Run, run_killed, run_reader
from benchmarks.streams import install_streams
from benchmarks.verdicts import figures_of, markdown, spans_of
from benchmarks.world import LARGE, SMALL, World

QUOTA = "quota"
PEERS = ("faststream_batch", "faststream_one", "quix", "kafka_streams", "kafka_streams_heap")
READERS = ("limit", "typed", QUOTA, *PEERS)
WORLDS = (World(SMALL, 1), World(LARGE, 10), World(SMALL, 1, late_percent=20))
"""Their tolerances make about as many crossings of both sizes."""
SLOW_WHEN_LARGE = {"typed", "faststream_one", "quix", "kafka_streams"}
"""At 11,000 units they read some hundred entries a second, or what they read at 15."""
NO_PEERS = ("limit", QUOTA)
"""Who reads the world with late entries: the peers count no second stretch of days."""


@dataclass
class Measured:
    """All runs of one world, by reader; `killed` are the verdicts after a kill -9."""

    world: World
    right: int
    runs: dict[str, list[Run]] = field(default_factory=dict)
    verdicts: dict[str, list[Verdict]] = field(default_factory=dict)
    killed: dict[str, Verdict] = field(default_factory=dict)


def main() -> None:
    """Measure, print the table, keep it as JSON; fail if our own crossings are not right."""
    wanted = _arguments()
    install_peers()
    install_streams()
    measured = asyncio.run(_measure(wanted))
    documents = [_document(each) for each in measured]
    keep("side_by_side", figures_of(measured), documents, spans_of(measured))
    print(markdown(measured))
    if not all(each.is_exact for one in measured for each in one.verdicts[QUOTA]):
        sys.exit("The quota service's crossings are not the right ones.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.side_by_side", description=__doc__)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    labels = [world.label for world in WORLDS]
    parser.add_argument("--worlds", nargs="+", default=labels, choices=labels)
    parser.add_argument("--all-peers", action="store_true", help="the slow ones at 11,000 too")
    parser.add_argument("--readers", nargs="+", default=list(READERS), choices=READERS)
    return parser.parse_args()


async def _measure(wanted: argparse.Namespace) -> list[Measured]:
    measured = []
    with running_servers() as servers:
        for world in (each for each in WORLDS if each.label in wanted.worlds):
            prepared = await prepare(servers, world, wanted.events)
            readers = _readers_of(world, wanted)
            measured.append(await _measure_world(prepared, readers, wanted.rounds))
    return measured


def _readers_of(world: World, wanted: argparse.Namespace) -> list[str]:
    if world.late_percent:
        return [each for each in wanted.readers if each in NO_PEERS]
    if world.size == LARGE and not wanted.all_peers:
        return [each for each in wanted.readers if each not in SLOW_WHEN_LARGE]
    return list(wanted.readers)


async def _measure_world(prepared: Prepared, readers: Sequence[str], rounds: int) -> Measured:
    measured = Measured(prepared.world, len(prepared.right))
    for number in range(rounds):
        for reader in readers:
            run = await _run(prepared, reader, f"{prepared.world.name}.{reader}.{number}")
            _note(measured, prepared, reader, run)
    if prepared.world.label == str(SMALL):
        for reader in readers:
            if reader not in DECODE_ONLY:
                measured.killed[reader] = await _kill(prepared, reader)
    return measured


async def _run(prepared: Prepared, reader: str, name: str) -> Run:
    if reader == QUOTA:
        return await run_quota(prepared)
    return await run_reader(prepared, reader, name)


async def _kill(prepared: Prepared, reader: str) -> Verdict:
    if reader == QUOTA:
        run = await run_quota(prepared, is_killed=True)
    else:
        run = await run_killed(prepared, reader, f"{prepared.world.name}.{reader}.killed")
    verdict = compare(prepared.right, run.crossings, is_whole=run.is_whole)
    print(f"{reader}, killed in the middle: {verdict}", file=sys.stderr, flush=True)
    return verdict


def _note(measured: Measured, prepared: Prepared, reader: str, run: Run) -> None:
    measured.runs.setdefault(reader, []).append(run)
    words = f"{prepared.world.name} {reader}: {run.per_second:,.0f} a second"
    if reader not in DECODE_ONLY:
        verdict = compare(prepared.right, run.crossings, is_whole=run.is_whole)
        measured.verdicts.setdefault(reader, []).append(verdict)
        words += f", {verdict}"
    print(words, file=sys.stderr, flush=True)


def _document(measured: Measured) -> Mapping[str, object]:
    return {
        "units": measured.world.size,
        "late_percent": measured.world.late_percent,
        "tolerance_persons": measured.world.tolerance,
        "crossings": measured.right,
        "per_second": {name: _spread(runs) for name, runs in measured.runs.items()},
        "verdicts": {n: [str(each) for each in all_] for n, all_ in measured.verdicts.items()},
        "after_kill": {name: str(each) for name, each in measured.killed.items()},
    }


def _spread(runs: Sequence[Run]) -> Mapping[str, object]:
    speeds = [round(run.per_second) for run in runs]
    return {
        "min": min(speeds),
        "median": median(speeds),
        "max": max(speeds),
        "warm_half": [round(run.warm_per_second) for run in runs],
        "events": [run.events for run in runs],
    }


if __name__ == "__main__":
    main()
