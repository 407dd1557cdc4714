"""Everything is killed at once while much is recorded and nothing of it counted yet."""

import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice, product

import pytest

from tests.chaos.havoc import SERVICES, Havoc
from tests.chaos.steady import FEW_DAYS
from tests.end_to_end.placements import PLACEMENTS, PROGRAMMES, UNITS, a_placement, head
from tests.end_to_end.quotas import QUOTAS, eventually_some, level
from tests.end_to_end.system import Json, System
from tests.end_to_end.world import assert_world_agrees
from tests.sizes import sized

pytestmark = pytest.mark.asyncio(loop_scope="session")

BEHIND = sized(2_000, 100_000)
LARGEST_BATCH = 1_000
COUNTED_SECONDS = sized(60, 600)
log = logging.getLogger(__name__)


@dataclass
class Laps:
    """Seconds from one call to the next, each told in the log: figures, not limits."""

    since: float = field(default_factory=time.monotonic)

    def tell(self, what: str) -> None:
        now = time.monotonic()
        log.warning("%d entries behind: %s after %.1f s", BEHIND, what, now - self.since)
        self.since = now


@pytest.mark.promise(16)
async def test_what_lies_behind_when_everything_is_killed_is_counted_and_alerted(
    system: System,
) -> None:
    await level(system)
    with standing_still(system, "quota", "notifications"):
        await record_many(system, BEHIND)
        last, laps = await head(system), Laps()
        await Havoc(system).kill([*SERVICES, "kafka", "postgres"])
    laps.tell("everything was killed and is ready again")
    await has_counted(system, last)
    laps.tell("all of them were counted")
    await assert_world_agrees(system, within=sized(60, 1800))


@contextmanager
def standing_still(system: System, *names: str) -> Iterator[None]:
    """Processes take nothing in; one that lives on afterwards goes on."""
    pids = [system.processes()[name] for name in names]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in set(pids) & set(system.processes().values()):
            os.kill(pid, signal.SIGCONT)


async def record_many(system: System, number: int) -> None:
    """Placements of every unit and programme on a few days, a thousand in a request."""
    kinds = cycle(product(FEW_DAYS, PROGRAMMES, UNITS))
    for _ in range(number // LARGEST_BATCH):
        placements = [placement(*kind) for kind in islice(kinds, LARGEST_BATCH)]
        answer = await system.coordination.post(f"{PLACEMENTS}/batch", {"placements": placements})
        assert answer.status_code == 201, answer.text


def placement(day: str, programme: str, unit: str) -> Json:
    return a_placement(unit=unit, programme=programme, effective_on=day)


async def has_counted(system: System, last: int) -> None:
    """Wait until both quotas have the entry."""
    for quota in ("sh-alliance", "sh-regular"):

        async def is_counted(path: str = f"{QUOTAS}/{quota}/balances") -> bool:
            board = await system.coordination.seen(path)
            return bool(board["as_of"]["sequence"] >= last)

        await eventually_some(is_counted, f"{quota} has counted {last}", COUNTED_SECONDS)
