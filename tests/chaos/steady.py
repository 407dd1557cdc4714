"""Placements at a steady rate, sent by the benchmark in an open loop from a process of its own."""

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from uuid import uuid4

import orjson

from benchmarks.plan import Cities, Planned
from benchmarks.sending import Load, Sent, send
from benchmarks.system import System

LEAD_SECONDS = 1.0
FEW_DAYS = ("2024-01-01", "2024-02-29", "2024-03-31", "2024-08-01", "2024-10-27")
"""The model counts every day anew after every entry."""


@dataclass(frozen=True)
class Rate:
    """Placements a second, each a request of its own, for so many seconds."""

    per_second: int
    seconds: int


def send_steadily(access_file: Path, rate: Rate) -> Sequence[Sent]:
    """What became of each placement; about every one of them makes a crossing."""
    with closing(System(access_file)) as system:
        cities = Cities(system.weights(), system.credited(), seed=rate.seconds)
        load = Load(
            f"steady-{uuid4()}",
            system.address,
            system.city_tokens(),
            [on_few_days(one) for one in cities.plan(rate.per_second, rate.seconds)],
            time.monotonic() + LEAD_SECONDS,
        )
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(send, load).result()


def on_few_days(planned: Planned) -> Planned:
    """The same placement on one of a few days."""
    placement = orjson.loads(planned.body)
    day = FEW_DAYS[int(placement["effective_on"][-2:]) % len(FEW_DAYS)]
    return replace(planned, body=orjson.dumps(placement | {"effective_on": day}))
