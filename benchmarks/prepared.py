"""Servers of the benchmark's own, and on them a world's topic, database and right crossings."""

import asyncio
import secrets
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import orjson

from access.kafka import KafkaPlace
from benchmarks import topic
from benchmarks.comparing import Crossing, load_right
from benchmarks.database import Template, make_template
from benchmarks.ledgers import entries
from benchmarks.peers import PYTHON
from benchmarks.world import World
from embedded.kafka import KafkaBroker, running_kafka
from embedded.postgres import PostgresServer, running_postgres
from embedded.settings import ROOT
from shared.contracts.ledger import entry_event
from shared.topics import CROSSINGS, PLACEMENTS, ensure_topics

PASSWORD = "benchmark"  # noqa: S105 - of a server that lives as long as the run


@dataclass(frozen=True, slots=True)
class Servers:
    """A Kafka broker, a durable PostgreSQL server, and a folder that goes with them."""

    kafka: KafkaBroker
    postgres: PostgresServer
    folder: Path


@dataclass(frozen=True, slots=True)
class Prepared:
    """A world with its events on a topic; `right` are the crossings that they make."""

    servers: Servers
    world: World
    events: int
    template: Template
    right: list[Crossing]

    @property
    def placements(self) -> str:
        """The topic that is read."""
        return f"{self.world.name}.{PLACEMENTS}"

    @property
    def crossings(self) -> str:
        """The topic to which our quota service publishes."""
        return f"{self.world.name}.{CROSSINGS}"


@contextmanager
def running_servers() -> Iterator[Servers]:
    """Fresh ones on free ports, as embedded mode runs them."""
    with running_kafka() as kafka, running_postgres(durable=True) as postgres:
        yield Servers(kafka, postgres, kafka.folder)


async def prepare(servers: Servers, world: World, events: int) -> Prepared:
    """Write a world's events, and have the reference find their crossings meanwhile."""
    bootstrap, name = servers.kafka.bootstrap, f"{world.name}."
    await ensure_topics(KafkaPlace(bootstrap), prefix=name)
    written, found = servers.folder / f"{name}entries", servers.folder / f"{name}right"
    with written.open("w", encoding="utf-8") as file:
        await topic.publish(bootstrap, name + PLACEMENTS, _events(world, events, file))
    reference = asyncio.to_thread(_find_right, world, written, found)
    template, _ = await asyncio.gather(make_template(servers.postgres, world, PASSWORD), reference)
    written.unlink()
    return Prepared(servers, world, events, template, load_right(found))


async def find_right(
    servers: Servers, world: World, ledger: Iterable[Mapping[str, Any]]
) -> list[Crossing]:
    """The right crossings of a ledger, by the reference."""
    name = secrets.token_hex(4)
    written, found = servers.folder / f"{name}.entries", servers.folder / f"{name}.right"
    written.write_bytes(b"".join(orjson.dumps(entry) + b"\n" for entry in ledger))
    await asyncio.to_thread(_find_right, world, written, found)
    written.unlink()
    return load_right(found)


def _find_right(world: World, written: Path, found: Path) -> None:
    words = [written, found, world.size, world.tolerance, world.late_percent]
    command = [str(PYTHON), "-m", "benchmarks.reference", *map(str, words)]
    subprocess.run(command, cwd=ROOT, check=True)


def _events(world: World, count: int, file: TextIO) -> Iterator[tuple[str, bytes]]:
    for entry in entries(world, count):
        file.write(orjson.dumps(entry).decode() + "\n")
        yield entry["land"], entry_event(entry)
