"""Each service's connections are cut at COMMIT while cities record and units cross."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import cycle, islice, product
from pathlib import Path

import httpx
import pytest

from tests.chaos.clerk import Clerk
from tests.chaos.havoc import SERVICES
from tests.chaos.test_whole_way import assert_counted_once, more_accepted
from tests.chaos.wires import cut, wired_system
from tests.end_to_end.load import load_on
from tests.end_to_end.placements import UNITS, a_placement
from tests.end_to_end.system import System
from tests.integration.shared.cutting import Wire
from tests.sizes import sized

pytestmark = pytest.mark.asyncio(loop_scope="session")

CUTS = sized(6, 504)
SIDES = ("before", "after")
ENOUGH_TO_CROSS = 200


@pytest.fixture(scope="module")
def wired() -> Iterator[tuple[Path, Wire]]:
    with wired_system() as access_file_and_wire:
        yield access_file_and_wire


@pytest.mark.promise(16)
async def test_whichever_commit_is_cut_the_world_agrees(wired: tuple[Path, Wire]) -> None:
    access_file, wire = wired
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        system = System(access_file, http)
        async with load_on(system) as load, swinging(system) as swings:
            for service, side in islice(cycle(product(SERVICES, SIDES)), CUTS):
                await cut(wire, service, side)
            await more_accepted(load, 5)
        expected = await assert_counted_once(system, load)
    recorded = {entry["placement"] for entry in expected.entries}
    assert set(swings.recorded) <= recorded
    assert wire.broken == CUTS


@asynccontextmanager
async def swinging(system: System) -> AsyncIterator[Clerk]:
    """While the block runs units cross again and again: many people come, and never did."""
    clerk = Clerk(system)

    async def swing() -> None:
        while True:
            many = a_placement(unit=UNITS[-1], persons=ENOUGH_TO_CROSS)
            await clerk.withdraw(await clerk.record(many))

    task = asyncio.create_task(swing())
    try:
        yield clerk
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
