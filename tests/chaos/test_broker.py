"""The broker is damaged while cities go on recording: nothing is lost, nothing counts twice."""

import pytest

from tests.chaos.losses import Losses
from tests.chaos.test_whole_way import assert_counted_once, more_accepted
from tests.end_to_end.load import load_on
from tests.end_to_end.system import System
from tests.sizes import sized

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.promise(5)
async def test_whatever_the_broker_loses_all_is_published_and_counted_once(
    system: System,
) -> None:
    losses = Losses(system)
    damages = [losses.add_partition, losses.shorten, losses.wipe, losses.delete_topics]
    async with load_on(system) as load:
        for damage in sized(damages[:2], damages * 3):
            await damage()
            await more_accepted(load, 20)
    await assert_counted_once(system, load)
