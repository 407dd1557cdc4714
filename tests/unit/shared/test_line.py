"""One Land's events are applied once and in order; what is false is found by asking the feed."""

from collections.abc import Sequence

import asyncpg
import pytest
from msgspec.structs import replace

from shared.codes import Land
from shared.line import MOST_SUSPECTS, Event
from shared.postgres import LandHeld
from tests.unit.shared.lands import LandInMemory, a_head, an_event

pytestmark = pytest.mark.asyncio


async def test_events_are_applied_in_order() -> None:
    land = LandInMemory.of(3)
    await land.line().take(land.true)
    assert land.applied == land.true
    assert land.fetches == 0


async def test_repeats_are_dropped_without_asking_the_feed() -> None:
    land = LandInMemory.of(4)
    line = land.line()
    await line.take([land.true[0], land.true[0], *land.true[1:3], land.true[1]])
    await line.take(land.true)
    await land.line().take(land.true[:2])
    assert land.applied == land.true
    assert (land.fetches, land.letters) == (0, [])


async def test_a_hole_is_filled_from_the_feed() -> None:
    land = LandInMemory.of(6)
    await land.line().take([land.true[0], land.true[4], land.true[2]])
    assert land.applied == land.true
    assert land.letters == []


async def test_a_hole_waits_until_the_feed_answers() -> None:
    land = LandInMemory.of(5)
    line = land.line()
    land.feed_is_down = True
    await line.take([land.true[0], land.true[2]])
    await line.take([land.true[3]])
    await line.settle()
    assert (land.numbers, line.is_behind) == ([1], True)
    land.feed_is_down = False
    await line.settle()
    assert land.applied == land.true
    assert (line.suspects, line.is_behind) == ([], False)


async def test_a_line_that_waits_for_the_feed_does_not_ask_it_for_every_batch() -> None:
    land = LandInMemory.of(50)
    line = land.line()
    land.feed_is_down = True
    await line.take([land.true[9]])
    asked = land.fetches
    for event in land.true[10:]:
        await line.take([event])
    assert land.fetches == asked


async def test_a_failing_store_leaves_no_event_twice_among_the_suspects() -> None:
    land = LandInMemory.of(5)
    line = land.line()
    land.refused = lambda event: ConnectionResetError() if event.sequence == 2 else None
    await line.take([land.true[0], land.true[2]])
    for _ in range(3):
        await line.settle()
    assert line.suspects == [land.true[2]]
    land.refused = lambda _event: None
    await line.settle()
    assert land.applied == land.true


async def test_an_outage_reaches_whoever_brought_the_events_and_they_may_come_again() -> None:
    land = LandInMemory.of(2)
    line = land.line()
    land.refused = lambda _event: asyncpg.AdminShutdownError()
    with pytest.raises(asyncpg.AdminShutdownError):
        await line.take(land.true)
    land.refused = lambda _event: None
    await line.take(land.true)
    assert land.applied == land.true


async def test_a_number_beyond_the_head_is_buried() -> None:
    land = LandInMemory.of(2)
    await land.line().take([*land.true, an_event(99, mark=" forged")])
    assert land.applied == land.true
    assert land.buried == [("print 99 forged", "beyond-head")]


async def test_a_forged_link_is_buried_and_the_true_entry_applied() -> None:
    land = LandInMemory.of(2)
    await land.line().take([land.true[0], an_event(2, previous="elsewhere", mark=" forged")])
    assert land.applied == land.true
    assert land.buried == [("print 2 forged", "differs-from-ledger")]


async def test_a_false_repeat_is_buried() -> None:
    land = LandInMemory.of(3)
    line = land.line()
    await line.take(land.true)
    await line.take([an_event(2, mark=" forged")])
    assert land.applied == land.true
    assert land.buried == [("print 2 forged", "differs-from-ledger")]


async def test_a_land_is_held_when_the_applied_one_proves_false() -> None:
    land = LandInMemory.of(1)
    line = land.line()
    await line.take([an_event(1, mark=" forged")])
    with pytest.raises(LandHeld, match="what was applied as 1"):
        await line.take([land.true[0]])
    assert land.numbers == [1]
    with pytest.raises(LandHeld):
        await land.line().take([land.true[0]])


async def test_a_land_whose_last_applied_the_ledger_does_not_chain_on_is_held() -> None:
    land = LandInMemory.of(3)
    line = land.line()
    await line.take([an_event(1, mark=" forged")])
    with pytest.raises(LandHeld, match="entry 1 is not the one"):
        await line.take([land.true[2]])


async def test_a_held_land_goes_on_by_itself_once_it_is_rebuilt() -> None:
    land = LandInMemory.of(3)
    line = land.line()
    await line.take([an_event(1, mark=" forged")])
    with pytest.raises(LandHeld):
        await line.take([land.true[0]])
    land.held, land.applied = None, []
    await line.settle()
    assert land.applied == land.true
    assert land.letters == []


async def test_a_lost_ownership_is_loaded_again() -> None:
    land = LandInMemory.of(4)
    line = land.line()
    await line.take(land.true[:1])
    await land.line().take(land.true[:3])  # another owner
    land.lost_in_a_row = 2
    await line.take(land.true[1:])
    assert land.applied == land.true


async def test_a_position_that_never_stays_does_not_turn_for_ever() -> None:
    land = LandInMemory.of(2)
    line = land.line()
    land.lost_in_a_row = 10**9
    await line.take(land.true)
    assert line.is_behind
    land.lost_in_a_row = 0
    await line.settle()
    assert land.applied == land.true


async def test_the_head_that_was_announced_fetches_what_is_missing() -> None:
    land = LandInMemory.of(3)
    line = land.line()
    await line.take([land.true[0], a_head(1)])
    assert land.fetches == 0
    await line.take([a_head(3)])
    assert land.applied == land.true
    assert land.letters == []


async def test_a_forged_head_is_buried() -> None:
    land = LandInMemory.of(3)
    await land.line().take([*land.true, a_head(7, " forged"), a_head(2, " forged")])
    assert sorted(land.buried) == [
        ("print 2 forged", "differs-from-ledger"),
        ("print 7 forged", "beyond-head"),
    ]
    assert land.applied == land.true


async def test_an_event_that_is_recorded_while_the_feed_is_read_is_not_lost() -> None:
    growing = GrowingLand.of(2)
    growing.later = [an_event(3), an_event(4)]
    await growing.line().take([growing.true[1], an_event(3)])
    assert growing.numbers[:3] == [1, 2, 3]
    assert growing.letters == []


class GrowingLand(LandInMemory):
    """A Land whose owner records one more right after the feed said that there is no more."""

    later: Sequence[Event[str]] = ()

    async def fetch(self, land: Land, after: int, limit: int) -> Sequence[Event[str]]:
        found = await super().fetch(land, after, limit)
        if not found and self.later:
            self.true, self.later = [*self.true, self.later[0]], self.later[1:]
        return found


async def test_what_cannot_be_applied_at_all_is_settled_by_the_feed() -> None:
    land = LandInMemory.of(3)
    line = land.line()
    land.refused = lambda event: ValueError() if event.body == "body 2 forged" else None
    await line.take([land.true[0], an_event(2, mark=" forged"), land.true[2]])
    assert land.applied == land.true
    assert land.buried == [("print 2 forged", "differs-from-ledger")]


async def test_a_true_event_that_cannot_be_applied_stops_its_land_only_and_is_tried_again() -> None:
    land = LandInMemory.of(3)
    line = land.line()
    land.refused = lambda event: ValueError() if event.sequence == 2 else None
    await line.take(land.true)
    await line.settle()
    assert line.is_behind
    land.refused = lambda _event: None
    await line.settle()
    assert land.applied == land.true
    assert line.suspects == []


async def test_what_is_remembered_while_the_feed_is_down_has_a_limit_that_the_line_tells() -> None:
    land = LandInMemory.of(1)
    line = land.line()
    land.feed_is_down = True
    await line.take([an_event(9)])
    assert not line.is_full
    await line.take([an_event(number) for number in range(10, 10 + MOST_SUSPECTS)])
    assert line.is_full


async def test_fingerprints_of_numbers_far_apart_are_not_asked_for_in_one_span() -> None:
    land = LandInMemory.of(5000)
    line = land.line()
    await line.take(land.true)
    land.asked.clear()
    await line.take([land.true[0], land.true[1], land.true[4998]])
    assert all(high - low <= 1000 for low, high in land.asked)
    assert land.letters == []


async def test_a_feed_that_skips_a_number_is_not_believed() -> None:
    land = LandInMemory.of(5)
    line = land.line()
    del land.true[2]
    await line.take([an_event(5)])
    assert (land.numbers, land.held) == ([], None)
    land.true.insert(2, an_event(3))
    await line.settle()
    assert land.applied == land.true


async def test_a_feed_whose_entries_do_not_chain_is_not_believed() -> None:
    land = LandInMemory.of(3)
    line = land.line()
    land.true[1] = replace(land.true[1], previous="elsewhere")
    await line.take([an_event(3)])
    assert (land.numbers, land.held) == ([], None)


async def test_a_line_without_a_chain_follows_by_number_alone() -> None:
    land = LandInMemory([replace(an_event(number), previous=None) for number in (1, 2, 3)])
    await land.line().take([land.true[1], land.true[0]])
    assert land.applied == land.true
