"""Refusals in memory: floods are summed, what has no room is said, nothing is lost unsaid."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from audit.gathering import MOST_RECORDS, MOST_SUMS, Gathering
from audit.record import Outcome, Record

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
REFUSED = Record(NOON, None, (), "GET /quota/v1/quotas", None, Outcome.REFUSED, "token-invalid")
HOME = "192.0.2.1"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        return self.moment


def flooded(times: int, address: str = HOME) -> tuple[Gathering, Clock]:
    clock = Clock()
    gathering = Gathering(clock)
    for _ in range(times):
        gathering.add_up(REFUSED, address)
    return gathering, clock


def test_the_first_of_a_flood_is_told_at_once_and_the_others_when_its_minute_is_over() -> None:
    gathering, clock = flooded(100)
    [first] = gathering.take(10)
    assert gathering.take(10) == []
    clock.moment += timedelta(seconds=59)
    assert gathering.take(10) == []
    clock.moment += timedelta(seconds=1)
    [others] = gathering.take(10)
    assert first.thing is not None
    assert others.thing == f"{first.thing}, 99 times more"
    assert gathering.take(10, is_last=True) == []


def test_the_next_minute_is_summed_anew() -> None:
    gathering, clock = flooded(1)
    gathering.take(10)
    clock.moment += timedelta(minutes=1)
    assert gathering.take(10) == []
    gathering.add_up(replace(REFUSED, at=clock.moment), HOME)
    assert len(gathering.take(10)) == 1


def test_a_flood_that_goes_on_when_the_process_ends_is_told_then() -> None:
    gathering, _ = flooded(3)
    assert len(gathering.take(10, is_last=True)) == 2


def test_addresses_acts_and_reasons_are_told_apart() -> None:
    gathering, _ = flooded(1)
    gathering.add_up(REFUSED, "192.0.2.2")
    gathering.add_up(replace(REFUSED, act="GET /quota/v1/crossings/{land}"), HOME)
    gathering.add_up(replace(REFUSED, reason="token-missing"), HOME)
    taken = gathering.take(10)
    assert len(taken) == 4
    assert len({one.thing for one in taken}) == 2


def test_an_address_is_neither_kept_nor_found_by_trying_all() -> None:
    here, there = (flooded(1)[0].take(10)[0] for _ in range(2))
    assert HOME not in str(here)
    assert here.thing != there.thing


def test_what_has_no_room_is_counted_and_said_once() -> None:
    gathering, _ = flooded(0)
    for _ in range(MOST_RECORDS + 7):
        gathering.add(REFUSED)
    taken = gathering.take(MOST_RECORDS)
    assert len(taken) == MOST_RECORDS + 1
    lost = taken[-1]
    assert (lost.outcome, lost.thing, lost.reason) == (Outcome.FAILED, "7 records", "no-room")
    assert gathering.take(10) == []


def test_a_flood_from_everywhere_fills_no_memory() -> None:
    gathering, _ = flooded(0)
    for number in range(MOST_SUMS + 5):
        gathering.add_up(REFUSED, str(number))
    assert len(gathering.sums) == MOST_SUMS
    assert gathering.take(MOST_SUMS)[-1].thing == "5 records"


def test_what_could_not_be_written_comes_first_the_next_time() -> None:
    gathering, _ = flooded(0)
    records = [replace(REFUSED, thing=str(number)) for number in range(4)]
    for one in records:
        gathering.add(one)
    gathering.give_back(gathering.take(2))
    assert gathering.take(4) == records
