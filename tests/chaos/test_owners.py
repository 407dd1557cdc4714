"""An owner that stands still is followed by another, and meets it when it goes on."""

import pytest

from tests.chaos.owners import first_owner, second_owner
from tests.chaos.test_whole_way import assert_counted_once, more_accepted
from tests.end_to_end.load import load_on
from tests.end_to_end.own_system import standing_still
from tests.end_to_end.system import System
from tests.sizes import sized

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]


@pytest.mark.promise(2)
async def test_an_owner_that_wakes_up_beside_its_follower_counts_nothing_twice(
    system: System,
) -> None:
    async with second_owner(system) as second, load_on(system) as load:
        for _ in range(sized(1, 5)):
            for sleeper, other in (first_owner(system), second), (second, first_owner(system)):
                with standing_still(sleeper.pid):
                    await more_accepted(load, 5)
                    await other.goes_on()
                await more_accepted(load, 20)
    await assert_counted_once(system, load)
