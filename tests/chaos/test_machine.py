"""Cities, the coordination, disasters and forgers in any order; then the world must agree."""

import asyncio
import os
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.chaos.machine import AnythingInAnyOrder, Driver
from tests.end_to_end.system import System
from tests.sizes import sized

pytestmark = pytest.mark.asyncio(loop_scope="session")

SEED = int(os.environ.get("HAFENLOTSE_CHAOS_SEED", "20231031"))
EXAMPLES = int(os.environ.get("HAFENLOTSE_CHAOS_EXAMPLES", sized("3", "40")))
HOW = settings(
    settings.get_profile("house"),
    max_examples=EXAMPLES,
    stateful_step_count=sized(10, 30),
    phases=[Phase.generate],  # a system that went wrong once is no place to look for less
    database=None,
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.debug,  # every step of a failure is shown, as it was done
)


@pytest.mark.promise(1)
@pytest.mark.promise(2)
async def test_whatever_happens_in_whatever_order_the_world_agrees(system: System) -> None:
    driver = Driver(system, asyncio.get_running_loop())
    machine: Any = seed(SEED)(partial(AnythingInAnyOrder, driver))
    try:
        await asyncio.to_thread(run_state_machine_as_test, machine, settings=HOW)
    except Exception as failure:
        failure.add_note(
            f"again: HAFENLOTSE_CHAOS_SEED={SEED} HAFENLOTSE_CHAOS_EXAMPLES={EXAMPLES}"
        )
        raise
    assert driver.agreed >= EXAMPLES
