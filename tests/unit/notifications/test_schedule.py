"""When a message may be sent: gathered, not in quiet hours, and again while nobody answers."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notifications.domain.recipient import ChannelCode
from services.notifications.domain.schedule import AT_ONCE, QuietHours, Schedule
from tests.unit.notifications.builders import AT

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(time(22), time(6), BERLIN)
NOON = QuietHours(time(12), time(13, 30), BERLIN)
TWO = QuietHours(time(22), time(2, 30), BERLIN)
WEBHOOK, EMAIL, LOG = ChannelCode.WEBHOOK, ChannelCode.EMAIL, ChannelCode.LOG


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "at", "until"),
    [
        (NIGHT, "2026-11-02 20:59:59", "2026-11-02 20:59:59"),
        (NIGHT, "2026-11-02 21:00", "2026-11-03 05:00"),
        (NIGHT, "2026-11-02 23:30", "2026-11-03 05:00"),
        (NIGHT, "2026-11-03 04:59:59", "2026-11-03 05:00"),
        (NIGHT, "2026-11-03 05:00", "2026-11-03 05:00"),
        (NIGHT, "2026-07-01 20:00", "2026-07-02 04:00"),
        (NOON, "2026-11-02 10:59", "2026-11-02 10:59"),
        (NOON, "2026-11-02 11:00", "2026-11-02 12:30"),
        (NOON, "2026-11-02 12:30", "2026-11-02 12:30"),
        (NOON, "2026-11-02 23:00", "2026-11-02 23:00"),
    ],
)
def test_quiet_hours_are_berlins_and_end_on_the_minute(
    quiet: QuietHours, at: str, until: str
) -> None:
    assert quiet.wait_until(utc(at)) == utc(until)


@pytest.mark.parametrize(
    ("quiet", "at", "until"),
    [
        (NIGHT, "2026-03-28 22:00", "2026-03-29 04:00"),  # 23:00 of the shorter night
        (NIGHT, "2026-10-24 21:00", "2026-10-25 05:00"),  # 23:00 of the longer night
        (TWO, "2026-03-28 23:00", "2026-03-29 01:30"),  # 02:30 is left out in that night
        (TWO, "2026-10-25 00:15", "2026-10-25 00:30"),  # the first 02:15
        (TWO, "2026-10-25 01:15", "2026-10-25 01:30"),  # the second one
    ],
)
def test_the_nights_in_which_clocks_are_changed_end_in_time(
    quiet: QuietHours, at: str, until: str
) -> None:
    assert quiet.wait_until(utc(at)) == utc(until)


def test_by_default_nothing_waits() -> None:
    assert not AT_ONCE.may_wait
    assert {AT_ONCE.not_before(channel, AT) for channel in ChannelCode} == {AT}


def test_messages_gather_and_then_wait_for_the_morning() -> None:
    late, at = Schedule(timedelta(minutes=5), NIGHT), utc("2026-11-02 20:56")
    assert late.not_before(EMAIL, at) == utc("2026-11-03 05:00")
    assert late.not_before(WEBHOOK, at - timedelta(hours=1)) == utc("2026-11-02 20:01")


def test_a_log_disturbs_nobody_and_never_waits() -> None:
    night = utc("2026-11-02 23:00")
    assert Schedule(timedelta(minutes=5), NIGHT).not_before(LOG, night) == night


@pytest.mark.parametrize(
    "schedule", [Schedule(timedelta(seconds=1)), Schedule(quiet=NIGHT)], ids=["gathers", "quiet"]
)
def test_whoever_gathers_or_is_quiet_may_wait(schedule: Schedule) -> None:
    assert schedule.may_wait


@pytest.mark.parametrize(
    ("minutes", "number"),
    [(0, 0), (14.99, 0), (15, 1), (29.99, 1), (30, 2), (59.99, 2), (60, 3), (100_000, 3)],
)
def test_the_number_of_a_reminder_follows_from_the_time(minutes: float, number: int) -> None:
    schedule = Schedule(reminders=tuple(timedelta(minutes=one) for one in (15, 30, 60)))
    assert schedule.reminder_due(AT, AT + timedelta(minutes=minutes)) == number
    assert AT_ONCE.reminder_due(AT, AT + timedelta(minutes=minutes)) == 0
