"""Whatever the cities do, and at once, everything that follows is what the model says."""

import os

import pytest

from tests.end_to_end.histories import live
from tests.end_to_end.placements import FLENSBURG, KIEL, LUEBECK, record
from tests.end_to_end.quotas import level
from tests.end_to_end.system import System
from tests.end_to_end.world import assert_world_agrees

pytestmark = pytest.mark.asyncio(loop_scope="session")

ACTS = int(os.environ.get("HAFENLOTSE_TEST_ACTS", "300"))
SEEDS = os.environ.get("HAFENLOTSE_TEST_SEEDS", "1 2").split()


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_random_history_leaves_what_the_model_says(system: System, seed: str) -> None:
    await level(system)
    before = await assert_world_agrees(system)
    crossed = len(before.model.crossings)
    await live(system, int(seed), ACTS // len(SEEDS))
    after = await assert_world_agrees(system)
    assert len(after.entries) >= len(before.entries) + ACTS // len(SEEDS)
    assert len(after.model.crossings) > crossed


async def test_the_alliances_eighteen_people_add_the_same_to_every_city_as_in_the_model(
    system: System,
) -> None:
    for unit, persons in ((FLENSBURG, 3), (KIEL, 8), (LUEBECK, 7)):
        await record(system.city(unit), unit=unit, persons=persons)
    await assert_world_agrees(system)
