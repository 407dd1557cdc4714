"""A steady load for half an hour: what the system uses does not grow."""

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from benchmarks.machine import describe_machine
from benchmarks.sending import Sent
from tests.chaos.sampling import pool_sizes, sampling
from tests.chaos.soak_figures import Soak, keep
from tests.chaos.steady import Rate, send_steadily
from tests.end_to_end.quotas import level
from tests.end_to_end.system import System
from tests.end_to_end.world import assert_world_agrees
from tests.sizes import sized

pytestmark = pytest.mark.asyncio(loop_scope="session")

MINUTES = float(os.environ.get("HAFENLOTSE_SOAK_MINUTES", "30"))
RATE = sized(Rate(20, 3), Rate(200, int(60 * MINUTES)))
OWN_SESSIONS = 4
"""Besides its pool a service listens on one or two sessions, its relay leads by one, and the
scheduled reconciliation reads by one."""
IDLE_SECONDS = 2.0
"""A transaction that waits longer for its service is forgotten, not busy."""
GROWTH_MIB_A_DAY = 250.0
"""Fifteen bytes a placement: one object kept of each would be several times as much."""
GROWS_BY_DESIGN = {"kafka"}
"""Java fills the heap that it may have."""


@pytest.mark.promise(18)
async def test_a_steady_load_uses_bounded_resources(system: System) -> None:
    await level(system)
    began_at = datetime.now(UTC)
    async with sampling(system) as samples:
        sent = await asyncio.to_thread(send_steadily, system.access_file, RATE)
    soak = Soak(samples)
    if sized(small=False, large=True):
        keep(soak, facts(began_at, sent))
    assert [one for one in sent if not one.sequences] == []
    assert soak.idle_seconds() < IDLE_SECONDS
    pools = pool_sizes(system)
    assert all(most <= pools[name] for name, most in soak.most_sessions("pooled").items())
    assert max(soak.most_sessions("own").values()) <= OWN_SESSIONS
    await assert_world_agrees(system, within=sized(60, 1800))
    assert sized({}, grown(soak)) == {}


def facts(began_at: datetime, sent: Sequence[Sent]) -> dict[str, object]:
    """When, on what and how fast; a machine that is too busy answers fewer than were due."""
    took = max(one.answered_at for one in sent) - min(one.due_at for one in sent)
    placements = sum(len(one.sequences) for one in sent)
    return {
        "date": began_at.isoformat(timespec="seconds"),
        "placements": placements,
        "due_a_second": RATE.per_second,
        "accepted_a_second": round(placements / took, 1),
        "command": f"HAFENLOTSE_SOAK_MINUTES={MINUTES:g} HAFENLOTSE_PROMISES=large "
        "python -m pytest tests/chaos/test_soak.py",
        "machine": describe_machine(),
    }


def grown(soak: Soak) -> dict[str, float]:
    """Processes whose memory grew by more than it may, with MiB a day."""
    growth = {name: soak.growth(name) for name in soak.samples[-1].memory.keys() - GROWS_BY_DESIGN}
    return {name: by for name, by in growth.items() if by > GROWTH_MIB_A_DAY}
