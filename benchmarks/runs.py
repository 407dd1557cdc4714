"""One reader's run, and how others' readers are run: as processes that say what they did."""

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError

from benchmarks.comparing import Crossing, crossing_in
from benchmarks.ledgers import Entry
from benchmarks.peers import PYTHON
from benchmarks.prepared import Prepared
from benchmarks.streams import ALGORITHMS, WARMED_UP, streams_command, write_quotas
from benchmarks.topic import make_topic, read_after
from embedded.child import last_line
from embedded.settings import ROOT

OURS = {"limit", "typed", "faststream_one", "faststream_batch"}
DECODE_ONLY = {"limit", "typed"}
MOST_SECONDS = 90.0
KILLED_LIFE_SECONDS, SECOND_LIFE_SECONDS = 3.0, 12.0


@dataclass(frozen=True, slots=True)
class Run:
    """How many entries in how many seconds, the speed of the second half, and what was found."""

    events: int
    seconds: float
    warm_per_second: float
    is_whole: bool
    crossings: Sequence[Crossing]

    @property
    def per_second(self) -> float:
        """Entries a second over the whole run."""
        return self.events / self.seconds


async def run_reader(prepared: Prepared, reader: str, name: str) -> Run:
    """Run a reader to its end; `name` makes its group and its topic of crossings its own."""
    crossings = await _topic_of(prepared, name)
    process = await _start(prepared, reader, name, is_warm=reader in WARMED_UP)
    try:
        async with asyncio.timeout(MOST_SECONDS):
            said, _ = await process.communicate()
        figures = json.loads(said.splitlines()[-1])
    except (TimeoutError, ValueError, IndexError) as failure:
        log = prepared.servers.folder / name / "log"
        raise RuntimeError(f"{reader} did not end well: {last_line(log)}") from failure
    finally:
        await _end(process)
    found: list[Entry] = []
    if reader not in DECODE_ONLY:
        found = await read_after(prepared.servers.kafka.bootstrap, crossings, {})
    is_whole = figures["events"] >= prepared.events
    times = figures["seconds"], figures["warm_per_second"]
    return Run(figures["events"], *times, is_whole, [crossing_in(each) for each in found])


async def run_killed(prepared: Prepared, reader: str, name: str) -> Run:
    """Kill a reader after some seconds of work, and let another one of its group go on."""
    bootstrap = prepared.servers.kafka.bootstrap
    crossings = await _topic_of(prepared, name)
    begun_at = time.monotonic()
    await _live(prepared, reader, name, KILLED_LIFE_SECONDS)
    await _live(prepared, reader, name, SECOND_LIFE_SECONDS)
    done = await committed(bootstrap, name)
    seconds = time.monotonic() - begun_at
    found = await read_after(bootstrap, crossings, {})
    is_whole = done >= prepared.events
    return Run(done, seconds, 0.0, is_whole, [crossing_in(each) for each in found])


async def _live(prepared: Prepared, reader: str, name: str, most_seconds: float) -> None:
    """Run it until all is committed, at most so long after it committed more than before."""
    bootstrap = prepared.servers.kafka.bootstrap
    before = await committed(bootstrap, name)
    process = await _start(prepared, reader, name, is_warm=False)
    deadline, until = time.monotonic() + MOST_SECONDS, 0.0
    try:
        while time.monotonic() < deadline and process.returncode is None:
            done = await committed(bootstrap, name)
            if done > before and not until:
                until = deadline = time.monotonic() + most_seconds
            if done >= prepared.events:
                break
            await asyncio.sleep(0.1)
    finally:
        await _end(process)


async def committed(bootstrap: str, group: str) -> int:
    """How many records a group has behind it, by its committed offsets; 0 for one unknown yet."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        offsets = await admin.list_consumer_group_offsets(group)
        return sum(max(0, each.offset) for each in offsets.values())
    except GroupCoordinatorNotAvailableError:  # the broker is making its topic of offsets
        return 0
    finally:
        await admin.close()


async def _topic_of(prepared: Prepared, name: str) -> str:
    crossings = f"{name}.crossings"
    await make_topic(prepared.servers.kafka.bootstrap, crossings)
    return crossings


async def _start(prepared: Prepared, reader: str, name: str, *, is_warm: bool) -> Process:
    folder = prepared.servers.folder / name
    folder.mkdir(exist_ok=True)
    given: Mapping[str, object] = {
        "bootstrap": prepared.servers.kafka.bootstrap,
        "topic": prepared.placements,
        "group": name,
        "crossings": f"{name}.crossings",
        "size": prepared.world.size,
        "tolerance": prepared.world.tolerance,
        "events": prepared.events,
    }
    if reader in ALGORITHMS:
        write_quotas(prepared.world, folder / "quotas")
        command = streams_command(reader, {**given, "quotas": "quotas"}, is_warm=is_warm)
    else:
        words = [str(word) for each, value in given.items() for word in (f"--{each}", value)]
        python = sys.executable if reader in OURS else str(PYTHON)
        command = [python, "-m", f"benchmarks.readers.{reader}", *words]
    with (folder / "log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *command,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            cwd=folder,
            stdout=PIPE,
            stderr=log,
        )


async def _end(process: Process) -> None:
    """As `kill -9` does."""
    if process.returncode is None:
        process.kill()
    await process.wait()
