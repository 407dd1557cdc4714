"""The machines' clock is set forwards and back while cities record."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.chaos.clocks import Clock, turned_system
from tests.chaos.test_whole_way import assert_counted_once, more_accepted
from tests.end_to_end.load import load_on
from tests.end_to_end.quotas import QUOTAS
from tests.end_to_end.system import Json, System
from tests.sizes import sized

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOUR = 3600.0
TURNS = sized([HOUR, -2 * HOUR], [HOUR, -2 * HOUR, -26 * HOUR, 25 * HOUR, 24 * HOUR, 0] * 5)
LONG_AGO = "2020-01-01T00:00:00Z"
BALANCES = f"{QUOTAS}/sh-regular/balances"
LAST = 50 * HOUR
"""At last the clock is ahead of all that was recorded: all of it is known then."""


@pytest.fixture(scope="module")
def turned() -> Iterator[tuple[Path, Clock]]:
    with turned_system() as access_file_and_clock:
        yield access_file_and_clock


@pytest.mark.promise(1)
async def test_a_clock_that_jumps_changes_no_number(turned: tuple[Path, Clock]) -> None:
    access_file, clock = turned
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        system = System(access_file, http)
        async with load_on(system) as load:
            for seconds in [*TURNS, LAST]:
                await clock.turn(system, seconds)
                await more_accepted(load, sized(10, 100))
                await assert_was_not_known_at(system, LONG_AGO)
        assert {answer.status_code for answer in load.refused} <= {401}
        expected = await assert_counted_once(system, load)
        instants = [datetime.fromisoformat(entry["recorded_at"]) for entry in expected.entries]
        assert instants == sorted(instants)
        assert instants[-1] - instants[0] > timedelta(seconds=LAST - TURNS[0])
        await assert_instants_are_known(system, expected.entries)


async def assert_was_not_known_at(system: System, instant: str) -> None:
    """Quota asks admissions for the Land's clock, whatever token it has from before."""
    answer = await system.coordination.get(BALANCES, known_at=instant)
    assert answer.status_code == 404, answer.text


async def assert_instants_are_known(system: System, entries: list[Json]) -> None:
    """As known at an instant is as known at the last entry that was recorded by then."""
    last = {entry["recorded_at"]: entry["sequence"] for entry in entries}
    for instant, sequence in list(last.items())[:: sized(10, 100)]:
        by_time = await system.coordination.seen(BALANCES, known_at=instant)
        by_number = await system.coordination.seen(BALANCES, known_sequence=sequence)
        assert by_time["as_of"]["sequence"] == sequence
        assert by_time["units"] == by_number["units"]
