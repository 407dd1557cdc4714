"""Sends what was planned when it is due, whether or not earlier answers came: an open loop."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
import uvloop

from benchmarks.plan import Planned
from benchmarks.wire import Answer, Wire

PLACEMENTS = "/admissions/v1/placements"


@dataclass(frozen=True, slots=True)
class Load:
    """A plan, where and by whom it is sent, and when it begins (`time.monotonic`).

    `name` makes the Idempotency-Keys of this load its own; `tokens` are by unit.
    """

    name: str
    address: str
    tokens: Mapping[str, str]
    plan: Sequence[Planned]
    begins_at: float


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one request; instants by `time.monotonic`.

    `sent_at` is later than `due_at` by as much as the sender itself was late.
    `sequences` are the ledger's numbers of what was accepted, none where it was not.
    """

    due_at: float
    sent_at: float
    answered_at: float
    status: int
    sequences: tuple[int, ...]


def send(load: Load) -> list[Sent]:
    """Send the whole plan; in a process of its own, so that it takes nobody's time."""
    return uvloop.run(_send_all(load))


async def _send_all(load: Load) -> list[Sent]:
    wire = Wire(load.address)
    tasks = []
    async with asyncio.TaskGroup() as group:
        for number, planned in enumerate(load.plan):
            due_at = load.begins_at + planned.due_seconds
            await asyncio.sleep(due_at - time.monotonic())
            tasks.append(group.create_task(_send_one(wire, load, number, due_at)))
    wire.close()
    return [task.result() for task in tasks]


async def _send_one(wire: Wire, load: Load, number: int, due_at: float) -> Sent:
    planned = load.plan[number]
    path = f"{PLACEMENTS}/batch" if planned.is_batch else PLACEMENTS
    token = load.tokens[planned.unit]
    sent_at = time.monotonic()
    answer = await wire.post(path, token, f"{load.name}-{number}", planned.body)
    return Sent(due_at, sent_at, time.monotonic(), answer.status, _sequences(answer))


def _sequences(answer: Answer) -> tuple[int, ...]:
    if answer.status != 201:
        return ()
    document = orjson.loads(answer.body)
    return tuple(one["sequence"] for one in document.get("items", [document]))
