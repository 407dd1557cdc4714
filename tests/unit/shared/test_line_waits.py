"""What a Land waits for is a sentence, in the log once and for others to ask while it lasts."""

import pytest

from shared.line import Line
from shared.postgres import LandHeld
from tests.unit.shared.lands import LandInMemory

pytestmark = pytest.mark.asyncio


def told(line: Line[str]) -> str | None:
    """What it waits for now."""
    return line.waits_for


async def test_what_a_land_waits_for_is_told_once_in_the_log_and_as_long_as_it_lasts(
    caplog: pytest.LogCaptureFixture,
) -> None:
    land = LandInMemory.of(3)
    line = land.line()
    land.feed_is_down = True
    await line.take([land.true[1]])
    await line.settle()
    waits_for = "Land 01 waits until the feed answers: switched off by the test"
    assert told(line) == waits_for
    assert caplog.messages == [waits_for]
    land.feed_is_down = False
    land.refused = lambda _event: ArithmeticError("3 persons")
    await line.settle()
    assert told(line) == "Land 01 waits, its feed can't be applied"
    land.refused = lambda _event: None
    await line.settle()
    assert (land.applied, told(line)) == (land.true, None)


async def test_a_land_found_held_at_the_start_says_so_and_goes_on_once_it_is_rebuilt(
    caplog: pytest.LogCaptureFixture,
) -> None:
    land = LandInMemory.of(3)
    land.held = "found so"
    line = land.line()
    with pytest.raises(LandHeld):
        await line.take([land.true[0]])
    waits_for = "Land 01 is held until an operator rebuilds it: found so"
    assert told(line) == waits_for
    assert caplog.messages == [waits_for]
    land.held = None
    await line.settle()
    assert (land.applied, told(line)) == (land.true, None)
