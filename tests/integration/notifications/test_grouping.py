"""What gathers or waits for the morning is sent together; no crossing is ever dropped."""

import asyncio
from collections import Counter
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notifications.domain.schedule import QuietHours, Schedule
from services.notifications.store import deliveries
from shared.postgres import transaction
from tests.integration.notifications.desk import Desk, Scripted, accept, hang

pytestmark = pytest.mark.asyncio
NIGHT = QuietHours(time(22), time(6), ZoneInfo("Europe/Berlin"))
MINUTE = timedelta(minutes=1)


def told(desk: Desk) -> list[list[str]]:
    """The crossings in each message, as they came."""
    return [[alert["crossing"] for alert in call.alerts] for call in desk.receiver.calls]


async def oscillate(desk: Desk, times: int, seconds: float) -> None:
    """A unit goes over and comes back that often, with notifiers at work all the time."""
    notifier = desk.notifier()
    for _ in range(times):
        await desk.move(("01003", "over"))
        desk.later(seconds=seconds / times / 2)
        await desk.settled(notifier)
        await desk.move(("01003", "on-quota"))
        desk.later(seconds=seconds / times / 2)
        await desk.settled(notifier)


@pytest.mark.promise(22)
async def test_a_hundred_oscillations_a_minute_are_one_message_a_minute(desk: Desk) -> None:
    desk.schedule = Schedule(gather=MINUTE)
    await desk.recipient()
    await oscillate(desk, times=200, seconds=120)
    desk.later(minutes=1)
    await desk.settled(desk.notifier())
    messages = told(desk)
    assert len(messages) <= 3
    everything = [f"01:{number}" for number in range(1, 401)]
    assert [crossing for message in messages for crossing in message] == everything


async def test_by_default_each_crossing_is_a_message_at_once(desk: Desk) -> None:
    await desk.recipient()
    await oscillate(desk, times=5, seconds=3)
    assert told(desk) == [[f"01:{number}"] for number in range(1, 11)]


async def test_quiet_hours_delay_a_message_to_their_end_and_drop_nothing(desk: Desk) -> None:
    desk.schedule = Schedule(quiet=NIGHT)
    await desk.recipient()
    for at in ("21:59:59", "22:00", "23:30"):
        desk.at = datetime.fromisoformat(f"2026-11-02T{at}+01:00")
        await desk.cross()
    await desk.settled(desk.notifier())
    desk.at = datetime.fromisoformat("2026-11-03T05:59:59+01:00")
    await desk.cross()
    await desk.settled(desk.notifier())
    assert told(desk) == [["01:1"]]
    desk.later(seconds=1)
    await desk.settled(desk.notifier())
    await desk.cross()
    await desk.settled(desk.notifier())
    assert told(desk) == [["01:1"], ["01:2", "01:3", "01:4"], ["01:5"]]


async def test_what_is_being_sent_takes_nothing_along(desk: Desk) -> None:
    desk.schedule = Schedule(gather=MINUTE)
    await desk.recipient()
    await desk.cross()
    desk.later(seconds=61)
    notifier = desk.notifier(Scripted(hang))
    await notifier.round()
    desk.later(seconds=-2)
    await desk.cross()
    carried = [one.delivery.alerts for one in await desk.tracked()]
    assert [len(alerts) for alerts in carried] == [1, 1]


async def test_what_failed_once_takes_nothing_along(desk: Desk) -> None:
    desk.schedule = Schedule(gather=MINUTE)
    desk.receiver.answers += [500]
    await desk.recipient()
    await desk.cross()
    desk.later(minutes=1)
    await desk.settled(desk.notifier())
    await desk.cross()
    desk.later(minutes=2)
    await desk.settled(desk.notifier())
    assert sorted(told(desk)) == [["01:1"], ["01:1"], ["01:2"]]


async def test_a_message_that_waits_can_be_sent_at_once_by_hand(desk: Desk) -> None:
    desk.schedule = Schedule(gather=MINUTE)
    await desk.recipient()
    await desk.cross(2)
    [waiting] = await desk.tracked()
    async with transaction(desk.database) as tx:
        await deliveries.restart_delivery(tx, waiting.delivery.id, desk.at)
    await desk.settled(desk.notifier())
    assert told(desk) == [["01:1", "01:2"]]


async def test_notifiers_at_work_lose_no_alert_that_is_taken_along(desk: Desk) -> None:
    desk.schedule = Schedule(gather=timedelta(seconds=1))
    for _ in range(3):
        await desk.recipient()
    notifiers = [desk.notifier(Scripted(accept)) for _ in range(2)]
    is_over = asyncio.Event()

    async def keep_sending(number: int) -> None:
        while not is_over.is_set():
            await desk.settled(notifiers[number])
            await asyncio.wait([asyncio.create_task(is_over.wait())], timeout=0.001)

    sending = [asyncio.create_task(keep_sending(number)) for number in range(2)]
    for _ in range(60):
        await desk.cross()
        desk.later(seconds=0.3)
    desk.later(seconds=5)
    is_over.set()
    await asyncio.gather(*sending)
    await desk.settled(notifiers[0])
    tracked = await desk.tracked()
    assert {one.progress.state for one in tracked} == {"accepted"}
    carried = Counter(
        (one.delivery.recipient, alert) for one in tracked for alert in one.delivery.alerts
    )
    assert (len(carried), set(carried.values())) == (180, {1})
