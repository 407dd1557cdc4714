"""Did a hot path become slower? Processor time of each over that of a loop around it, no clock."""

import argparse
import asyncio
import json
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx
import orjson
import psutil  # type: ignore[import-untyped]  # ships no types

from access.kafka import KafkaPlace
from benchmarks.database import Template, make_template
from benchmarks.issuing import Tokens, running_issuer
from benchmarks.ledgers import Entry, entries
from benchmarks.prepared import PASSWORD, Servers, running_servers
from benchmarks.quota import reach
from benchmarks.readers.typed import Event
from benchmarks.station import Process, Station
from benchmarks.topic import publish
from benchmarks.world import SMALL, World
from shared.contracts.ledger import entry_event
from shared.topics import PLACEMENTS, ensure_topics

STORED = Path(__file__).parent / "results" / "ratios.json"
WORLD = World(SMALL, 1)
EVENTS, BATCHES, IN_BATCH, ROUNDS = 20_000, 40, 100, 5
ALLOWED = 1.25
SITTINGS = 4
"""How often all rounds are run before a path that seems slower is called so."""
UNIT = "01001"
Ratios = Mapping[str, float]
"""Processor seconds for an entry over the loop's, by path."""


@dataclass(frozen=True, slots=True)
class Hot:
    """What the rounds share: servers, a database to clone, tokens, and events to count."""

    servers: Servers
    template: Template
    tokens: Tokens
    events: Sequence[bytes]


def main() -> None:
    """Measure, compare with what is stored, fail where a path costs a quarter more; or store."""
    wanted = _arguments()
    stored: Ratios = json.loads(STORED.read_text(encoding="utf-8"))
    # What is to be stored is measured to the end: a ratio found too high would let more pass.
    found = asyncio.run(_measure(wanted.rounds, {} if wanted.store else stored))
    if wanted.store:
        STORED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        stored = found
    print(report(found, stored))
    if slower := regressions(found, stored):
        sys.exit(f"Slower by more than a quarter: {', '.join(slower)}.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.check", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--store", action="store_true", help="take what is measured for right")
    return parser.parse_args()


def ratios_of(rounds: Sequence[Ratios]) -> Ratios:
    """The median of the rounds, by path: a neighbour in one of them changes nothing."""
    return {name: round(median(one[name] for one in rounds), 3) for name in rounds[0]}


def regressions(found: Ratios, stored: Ratios) -> list[str]:
    """The paths that cost a quarter more than is stored, and those that were not measured."""
    return [name for name, ratio in stored.items() if found.get(name, 1e9) > ratio * ALLOWED]


def report(found: Ratios, stored: Ratios) -> str:
    """Each path, its ratio, what is stored, and how they compare."""
    lines = ["| processor time over the loop's | now | stored | now/stored |", "|---|--:|--:|--:|"]
    for name, ratio in found.items():
        known = stored.get(name, ratio)
        lines.append(f"| `{name}` | {ratio:.3f} | {known:.3f} | {ratio / known:.2f} |")
    return "\n".join(lines)


async def _measure(rounds: int, stored: Ratios) -> Ratios:
    ledger: list[Entry] = list(entries(WORLD, EVENTS))
    events = [entry_event(entry) for entry in ledger]
    with running_servers() as servers:
        template = await make_template(servers.postgres, WORLD, PASSWORD)
        await ensure_topics(KafkaPlace(servers.kafka.bootstrap), prefix="check.")
        lands = [(entry["land"], event) for entry, event in zip(ledger, events, strict=True)]
        await publish(servers.kafka.bootstrap, f"check.{PLACEMENTS}", lands)
        async with running_issuer(servers.folder, PASSWORD) as tokens:
            hot = Hot(servers, template, tokens, events)
            return await ratios_after(lambda: _round(hot), rounds, stored)


async def ratios_after(
    round_: Callable[[], Awaitable[Ratios]], rounds: int, stored: Ratios
) -> Ratios:
    """The ratios of some rounds, and of as many again while a path seems slower than stored."""
    taken = [await round_() for _ in range(rounds)]
    for _ in range(SITTINGS - 1):
        if stored and not regressions(ratios_of(taken), stored):
            break
        taken += [await round_() for _ in range(rounds)]
    return ratios_of(taken)


async def _round(hot: Hot) -> Ratios:
    """Each path once, over the turns of the loop right before and after it."""
    async with hot.template.clone() as own:
        station = Station(hot.servers, own, "check.", hot.tokens.issuer)
        before = _loop(hot.events)
        counting = await _count(station)
        between = _loop(hot.events)
        recording = await _record(station, hot.tokens.of("coordination"))
        after = _loop(hot.events)
    return {
        "count_an_entry": 2 * counting / (before + between),
        "record_a_placement_in_a_batch": 2 * recording / (between + after),
    }


def _loop(events: Sequence[bytes]) -> float:
    """Processor seconds that strict models of every field take for an event; each is dropped."""
    begun_at = time.process_time()
    for event in events:
        Event.model_validate_json(event, strict=True)
    return (time.process_time() - begun_at) / len(events)


async def _count(station: Station) -> float:
    """Processor seconds of quota for an entry, from the first commit seen to the last."""
    pool = await station.own.open()
    try:
        async with station.running("quota") as process:
            first = await reach(pool, 1)
            begin = _used(process)
            await reach(pool, EVENTS)
            return (_used(process) - begin) / (EVENTS - first)
    finally:
        await pool.close()


async def _record(station: Station, token: str) -> float:
    """Processor seconds of admissions for a placement, after a first batch."""
    placement = {"unit": UNIT, "programme": "asylum", "persons": 3, "effective_on": "2024-05-01"}
    body = orjson.dumps({"placements": [placement] * IN_BATCH})
    address = f"{station.address('admissions')}/admissions/v1/placements/batch"
    async with station.running("admissions") as process, httpx.AsyncClient(trust_env=False) as http:
        await station.seconds_until_ready("admissions")
        begin = 0.0
        for number in range(BATCHES + 1):
            headers = {
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "Idempotency-Key": secrets.token_hex(8),
            }
            (await http.post(address, content=body, headers=headers)).raise_for_status()
            begin = begin if number else _used(process)
        return (_used(process) - begin) / (BATCHES * IN_BATCH)


def _used(process: Process) -> float:
    times = psutil.Process(process.pid).cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
