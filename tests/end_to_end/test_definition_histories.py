"""Definitions that come in between placements, back-dated ones too, leave what the model says."""

import asyncio
import os

import pytest

from tests.end_to_end.definers import open_quota
from tests.end_to_end.histories import live
from tests.end_to_end.system import System
from tests.end_to_end.world import assert_world_agrees
from tests.model.definitions import CAUSES

pytestmark = pytest.mark.asyncio(loop_scope="session")

DEFINITIONS = int(os.environ.get("HAFENLOTSE_TEST_DEFINITIONS", "60"))
SEED = int(os.environ.get("HAFENLOTSE_TEST_SEED", "1"))


async def test_definitions_among_placements_leave_what_the_model_says(system: System) -> None:
    definer = await open_quota(system, SEED)
    before = len((await assert_world_agrees(system)).model.crossings)

    async def define() -> None:
        for _ in range(DEFINITIONS):
            await definer.work()

    await asyncio.gather(define(), live(system, SEED, acts=DEFINITIONS))
    model = (await assert_world_agrees(system)).model
    own = [one for one in model.crossings[before:] if one.quota == definer.quota]
    assert {one.cause for one in own} & set(CAUSES.values())


async def test_a_closed_quota_counts_and_crosses_no_more(system: System) -> None:
    definer = await open_quota(system, SEED)
    await live(system, SEED, acts=30)
    await definer.post("closure", closed_on="2024-06-30")
    closed_at = (await assert_world_agrees(system)).model.sequence
    await live(system, SEED + 1, acts=60)
    crossings = (await assert_world_agrees(system)).model.crossings
    own = [one.ledger_sequence for one in crossings if one.quota == definer.quota]
    assert own
    assert max(own) <= closed_at
