"""The whole system is struck while cities go on recording; a model says what must come of it."""

import random

import pytest

from tests.chaos.havoc import BACK_ENDS, PROCESSES, SERVICES, Havoc
from tests.end_to_end.load import Load, load_on
from tests.end_to_end.quotas import eventually_some
from tests.end_to_end.system import System
from tests.end_to_end.world import Expected, assert_world_agrees
from tests.sizes import sized

pytestmark = pytest.mark.asyncio(loop_scope="session")

CAUGHT_UP_SECONDS = 120
SEED = 20231031


async def assert_counted_once(system: System, load: Load) -> Expected:
    """All that was accepted is in the ledger, once, and everything follows from it."""
    expected = await assert_world_agrees(system, CAUGHT_UP_SECONDS)
    recorded = [e["placement"] for e in expected.entries if e["type"] == "recorded"]
    assert len(recorded) == len(set(recorded))
    assert set(load.accepted) <= set(recorded)
    assert len(load.accepted) == len(set(load.accepted))
    return expected


async def more_accepted(load: Load, count: int) -> None:
    so_far = len(load.accepted)
    await eventually_some(
        lambda: len(load.accepted) >= so_far + count, "the load goes on", CAUGHT_UP_SECONDS
    )


@pytest.mark.promise(1)
async def test_every_placement_answered_201_is_counted(system: System) -> None:
    chance = random.Random(SEED)
    strikes = sized([BACK_ENDS], [chance.choice([*PROCESSES, BACK_ENDS]) for _ in range(200)])
    async with load_on(system) as load:
        for what in strikes:
            await Havoc(system).strike(what)
            await more_accepted(load, sized(10, 100))
    await assert_counted_once(system, load)


@pytest.mark.promise(5)
async def test_the_broker_may_lose_everything(system: System) -> None:
    async with load_on(system) as load:
        for _ in range(sized(1, 10)):
            await Havoc(system).delete_topics(["placements.v1", "crossings.v1"])
            await more_accepted(load, 20)
    await assert_counted_once(system, load)


@pytest.mark.promise(16)
async def test_everything_may_be_killed_at_once(system: System) -> None:
    async with load_on(system) as load:
        for _ in range(sized(1, 50)):
            await more_accepted(load, 20)
            await Havoc(system).kill([*SERVICES, "kafka", "postgres"])
    await assert_counted_once(system, load)
