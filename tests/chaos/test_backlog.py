"""Everything is killed at once while much is recorded and nothing of it counted yet."""

import logging
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle, islice, product

import pytest

from tests.chaos.havoc import SERVICES, Havoc
from tests.chaos.steady import FEW_DAYS
from tests.end_to_end.own_system import standing_still
from tests.end_to_end.placements import PLACEMENTS, PROGRAMMES, UNITS, a_placement, head
from tests.end_to_end.quotas import balances_after, level
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
    processes = system.processes()
    still = standing_still(processes["quota"], processes["notifications"])
    with suppress(ProcessLookupError), still:  # whoever was killed meanwhile can't go on
        await record_many(system, BEHIND)
        last, laps = await head(system), Laps()
        await Havoc(system).kill([*SERVICES, "kafka", "postgres"])
    laps.tell("everything was killed and is ready again")
    for quota in ("sh-alliance", "sh-regular"):
        await balances_after(system, quota, last, COUNTED_SECONDS)
    laps.tell("all of them were counted")
    await assert_world_agrees(system, within=sized(60, 1800))


async def record_many(system: System, number: int) -> None:
    """Placements of every unit and programme on a few days, a thousand in a request."""
    kinds = cycle(product(FEW_DAYS, PROGRAMMES, UNITS))
    for _ in range(number // LARGEST_BATCH):
        placements = [placement(*kind) for kind in islice(kinds, LARGEST_BATCH)]
        answer = await system.coordination.post(f"{PLACEMENTS}/batch", {"placements": placements})
        assert answer.status_code == 201, answer.text


def placement(day: str, programme: str, unit: str) -> Json:
    return a_placement(unit=unit, programme=programme, effective_on=day)
