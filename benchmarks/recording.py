"""How many placements a second admissions accepts in time, beside pgbench's same inserts."""

import argparse
import asyncio
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import uuid4

import orjson

from access.kafka import KafkaPlace
from access.reach import EVERYWHERE, array_of
from benchmarks.beside import processes_beside
from benchmarks.database import OwnDatabase, make_template
from benchmarks.figures import nearest_rank
from benchmarks.issuing import running_issuer
from benchmarks.plan import Planned
from benchmarks.prepared import PASSWORD, running_servers
from benchmarks.results import keep, span
from benchmarks.sending import Load, Sent, send
from benchmarks.station import Station
from benchmarks.world import SMALL, World
from embedded.credentials import units_of_land
from shared.topics import ensure_topics

SERVICE = "admissions"
SCRIPT = Path(__file__).with_name("recording.pgbench")
CLIENTS = 8
LEAD_SECONDS, SECONDS = 0.2, 3
STEP, MOST_STEPS = 1.1, 14
TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Way:
    """A way to record: how many placements a request has, how late it may be, the first load.

    `begin` is a share of what pgbench inserted just before.
    """

    name: str
    in_one: int
    p99_seconds: float
    begin: float


WAYS = (Way("single", 1, 0.05, 0.8), Way("batch", 100, 0.25, 0.42))
LAND, ALL = "01", 16
"""The Land whose units admissions knows, and how many pgbench spreads over for comparison."""
REACHING = f"-c hafenlotse.reach={array_of(EVERYWHERE)} -c hafenlotse.clients={{pgbench}}"
"""The same policies, of which pgbench itself knows nothing."""
Runs = dict[str, list[float]]


def main() -> None:
    """Measure, print the table, and keep it as JSON."""
    wanted = _arguments()
    runs = asyncio.run(_measure(wanted.runs))
    figures = {name: round(median(values), 3) for name, values in runs.items()}
    spans = {name: span(values) for name, values in runs.items()}
    keep("recording", figures, runs, spans)
    print("| placements a second | min | median | max |\n|---|--:|--:|--:|")
    for name, each in spans.items():
        print(f"| `{name}` | {each['min']:,.2f} | {each['median']:,.2f} | {each['max']:,.2f} |")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recording", description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


async def _measure(count: int) -> Runs:
    runs: Runs = {}
    with running_servers() as servers:
        template = await make_template(servers.postgres, World(SMALL, 1), PASSWORD)
        await ensure_topics(KafkaPlace(servers.kafka.bootstrap), prefix="recording.")
        async with running_issuer(servers.folder, PASSWORD) as tokens:
            for number in range(count):
                async with template.clone() as own, template.clone() as pgbench:
                    station = Station(servers, own, "recording.", tokens.issuer)
                    await _round(station, pgbench, tokens.of("coordination"), runs)
                print(f"round {number + 1} of {count}", file=sys.stderr, flush=True)
    return runs


async def _round(station: Station, other: OwnDatabase, token: str, runs: Runs) -> None:
    """Every way once: pgbench on a database like it, then the service."""
    async with station.running(SERVICE):
        await station.seconds_until_ready(SERVICE)
        for way in WAYS:
            one = await asyncio.to_thread(_pgbench, other, way, 1)
            spread = await asyncio.to_thread(_pgbench, other, way, ALL)
            held = await asyncio.to_thread(_most, station, token, way, one)
            found = {
                f"{way.name}_per_second": held,
                f"pgbench_{way.name}_per_second": one,
                f"{way.name}_over_pgbench": held / one,
                f"pgbench_{way.name}_16_lands_over_1": spread / one,
            }
            for name, value in found.items():
                runs.setdefault(name, []).append(value)


def _most(station: Station, token: str, way: Way, pgbench: float) -> float:
    """The highest load of a ladder at which all is accepted in time; it begins lower if it must."""
    load, held = way.begin * pgbench, 0.0
    for _ in range(MOST_STEPS):
        sent = _put_on(station, token, way, round(load))
        late = nearest_rank((one.answered_at - one.due_at for one in sent), 0.99)
        if late <= way.p99_seconds and all(one.sequences for one in sent):
            held = sum(len(one.sequences) for one in sent) / SECONDS
            load *= STEP
        elif held:
            break
        else:
            load /= 2
    return held


def _put_on(station: Station, token: str, way: Way, load: int) -> Sequence[Sent]:
    plan = _plan(way, load)
    tokens = dict.fromkeys({one.unit for one in plan}, token)
    with processes_beside(1) as processes:
        begins_at = time.monotonic() + LEAD_SECONDS
        given = Load(str(uuid4()), station.address(SERVICE), tokens, plan, begins_at)
        return processes.submit(send, given).result()


def _plan(way: Way, load: int) -> list[Planned]:
    chance = random.Random(load)
    units = units_of_land(LAND)
    count = max(1, load * SECONDS // way.in_one)
    instants = sorted(chance.uniform(0, SECONDS) for _ in range(count))
    return [_request(way, instant, chance.choice(units)) for instant in instants]


def _request(way: Way, instant: float, unit: str) -> Planned:
    placement = {"unit": unit, "programme": "asylum", "persons": 3, "effective_on": "2024-05-01"}
    if way.in_one == 1:
        return Planned(instant, unit, orjson.dumps(placement))
    return Planned(instant, unit, orjson.dumps({"placements": [placement] * way.in_one}), True)


def _pgbench(own: OwnDatabase, way: Way, lands: int) -> float:
    """Placements a second that pgbench inserts, each request of a way a transaction."""
    server = own.server
    words = [str(server.programs / "pgbench"), "-n", "-M", "prepared", "-f", str(SCRIPT)]
    words += ["-c", str(CLIENTS), "-T", str(SECONDS), "-h", "127.0.0.1", "-p", str(server.port)]
    words += ["-U", SERVICE, "-D", f"n={way.in_one}", "-D", f"lands={lands}", own.name]
    environment = os.environ | {"PGPASSWORD": own.password, "PGOPTIONS": REACHING}
    ran = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    found = TPS.search(ran.stdout)
    if ran.returncode or not found:
        raise RuntimeError(f"pgbench: {ran.stderr or ran.stdout}")
    return float(found[1]) * way.in_one


if __name__ == "__main__":
    main()
