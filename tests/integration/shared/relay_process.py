"""A relay of rows as a process of its own, which says once whether it leads or waits."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

import orjson

from access.kafka import KafkaPlace
from shared.postgres import Bell, open_pool
from shared.relay import Place, Relay
from shared.topics import PLACEMENTS
from tests.eventually import eventually
from tests.integration.processes import running_module
from tests.integration.shared.ledgers import Rows

PLACE = "TEST_RELAY_PLACE"
LEADS, WAITS = "leads", "waits"


@asynccontextmanager
async def relay_process(place: Place) -> AsyncIterator[asyncio.subprocess.Process]:
    """One more relay of a place; it is killed at the end if it still runs."""
    environment = {"PATH": os.environ["PATH"], PLACE: orjson.dumps(asdict(place)).decode()}
    heard = asyncio.subprocess.PIPE
    async with running_module(__name__, env=environment, stdout=heard) as process:
        yield process


async def word_of(process: asyncio.subprocess.Process) -> str:
    """What it says of itself."""
    assert process.stdout
    async with asyncio.timeout(20):
        return (await process.stdout.readline()).decode().strip()


async def run(place: Place) -> None:
    """Publish, or wait to, until the process is killed."""
    bell = Bell(place.database_url, place.password, "test_relay")
    async with await open_pool(place.database_url, place.password, 4, "relay in test") as database:
        relay = Relay(Rows(), place.topic_prefix + PLACEMENTS, database, bell, place)
        async with asyncio.TaskGroup() as group:
            for job in (relay.run(), bell.run(), say(relay)):
                group.create_task(job)


async def say(relay: Relay) -> None:
    """Tell whoever started it how it stands."""
    await eventually(lambda: relay.trouble is None, within=20, because="it is at work")
    sys.stdout.write(f"{LEADS if relay.leads else WAITS}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    words = orjson.loads(os.environ[PLACE])
    asyncio.run(run(Place(**{**words, "kafka": KafkaPlace(**words["kafka"])})))
