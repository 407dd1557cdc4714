"""Acknowledged means quiet, unacknowledged escalates, whoever is restarted meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import orjson
import pytest
import pytest_asyncio

from services.notifications.delivery.channel import Parcel
from services.notifications.domain.delivery import ACCEPTED, Outcome
from services.notifications.domain.schedule import QuietHours, Schedule
from tests.integration.notifications.desk import Desk, Scripted, states

pytestmark = pytest.mark.asyncio
REMINDERS = tuple(timedelta(minutes=minutes) for minutes in (15, 30, 60))
NIGHT = QuietHours(time(22), time(6), ZoneInfo("Europe/Berlin"))
Act = Callable[[Desk], Awaitable[None]]


@pytest_asyncio.fixture
async def escalating(desk: Desk) -> Desk:
    """A desk that reminds, with one recipient and one alert."""
    desk.schedule = Schedule(reminders=REMINDERS)
    await desk.recipient()
    await desk.cross()
    return desk


async def messages(desk: Desk, minutes: list[float], act: Act | None = None) -> list[int]:
    """How many messages there were by each minute; before each, everything is started anew.

    `act` is done in the gap after the second.
    """
    begun, counts = desk.at, []
    for number, minute in enumerate(minutes):
        if number == 2 and act:
            await act(desk)
        desk.at = begun + timedelta(minutes=minute)
        await desk.remind()
        await desk.settled(desk.notifier())
        counts.append(len(desk.receiver.calls))
    return counts


async def nobody_answers(_desk: Desk) -> None:
    pass


async def somebody_answers(desk: Desk) -> None:
    await desk.acknowledge(1)


async def the_unit_is_back(desk: Desk) -> None:
    await desk.move(("01000", "on-quota"))


@pytest.mark.promise(23)
@pytest.mark.parametrize(
    ("act", "counts"),
    [
        (nobody_answers, [1, 2, 2, 3, 3, 4, 4]),
        (somebody_answers, [1, 2, 2, 2, 2, 2, 2]),
        (the_unit_is_back, [1, 2, 3, 3, 3, 3, 3]),
    ],
)
async def test_messages_come_at_0_15_30_and_60_minutes_until_somebody_answers(
    escalating: Desk, act: Act, counts: list[int]
) -> None:
    assert await messages(escalating, [0, 15, 29, 30, 59, 60, 600], act) == counts


async def test_a_reminder_says_that_it_is_one_and_has_an_id_of_its_own(escalating: Desk) -> None:
    await messages(escalating, [0, 15, 30])
    bodies = [orjson.loads(call.body) for call in escalating.receiver.calls]
    assert [body["type"] for body in bodies] == [
        *("alert.raised.v1", "alert.reminder.v1", "alert.reminder.v1")
    ]
    assert [body["data"].get("reminder") for body in bodies] == [None, 1, 2]
    assert len({str(body["data"]["alerts"]) for body in bodies}) == 1
    assert len({call.headers["webhook-id"] for call in escalating.receiver.calls}) == 3


async def test_who_was_away_for_two_reminders_sends_the_last_one_only(escalating: Desk) -> None:
    assert await messages(escalating, [0, 40, 59]) == [1, 2, 2]
    assert orjson.loads(escalating.receiver.calls[1].body)["data"]["reminder"] == 2


async def test_any_number_of_watchers_remind_once(escalating: Desk) -> None:
    await escalating.cross(30)
    escalating.later(minutes=15)
    await asyncio.gather(*(escalating.remind() for _ in range(3)))
    reminding = [one for one in await escalating.tracked() if one.delivery.reminder]
    assert sorted(one.delivery.alerts for one in reminding) == sorted(
        one.delivery.alerts for one in await escalating.tracked() if not one.delivery.reminder
    )


async def test_what_was_answered_is_given_up_visibly_though_it_was_on_its_way(
    escalating: Desk,
) -> None:
    await escalating.settled(escalating.notifier())
    escalating.receiver.answers += [500] * 9
    await messages(escalating, [15])
    await escalating.acknowledge(1)
    first, reminder = sorted(await escalating.tracked(), key=lambda one: one.delivery.reminder)
    assert states([first, reminder]) == [
        ("accepted", ["accepted"]),
        ("given-up", ["http-500", "acknowledged"]),
    ]
    assert await messages(escalating, [600]) == [len(escalating.receiver.calls)]


async def test_what_arrived_while_somebody_answered_has_arrived(escalating: Desk) -> None:
    await escalating.settled(escalating.notifier())
    escalating.later(minutes=15)
    await escalating.remind()
    answered = asyncio.Event()

    async def slowly(_parcel: Parcel) -> Outcome:
        await answered.wait()
        return ACCEPTED

    notifier = escalating.notifier(Scripted(slowly))
    await notifier.round()
    await escalating.acknowledge(1)
    answered.set()
    await escalating.settled(notifier)
    [reminder] = [one for one in await escalating.tracked() if one.delivery.reminder]
    assert states([reminder]) == [("accepted", ["acknowledged", "accepted"])]


async def test_an_alert_that_is_resolved_ends_the_reminder_of_it(escalating: Desk) -> None:
    await escalating.settled(escalating.notifier())
    escalating.later(minutes=15)
    await escalating.remind()
    await escalating.move(("01000", "under"))
    [reminder] = [one for one in await escalating.tracked() if one.delivery.reminder]
    assert states([reminder]) == [("given-up", ["resolved"])]


async def test_reminders_of_a_night_wait_for_the_morning_in_one_message(desk: Desk) -> None:
    desk.schedule = Schedule(quiet=NIGHT, reminders=REMINDERS[:1])
    desk.at = datetime.fromisoformat("2026-11-02T20:50:00+00:00")
    await desk.recipient()
    await desk.cross(3)
    await desk.settled(desk.notifier())
    assert len(desk.receiver.calls) == 3
    desk.later(minutes=15)
    await desk.remind()
    await desk.acknowledge(2)
    await desk.settled(desk.notifier())
    assert len(desk.receiver.calls) == 3
    desk.at = datetime.fromisoformat("2026-11-03T05:00:00+00:00")
    await desk.remind()
    await desk.settled(desk.notifier())
    [reminder] = desk.receiver.calls[3:]
    assert [alert["crossing"] for alert in reminder.alerts] == ["01:1", "01:3"]


async def test_nobody_is_reminded_of_what_it_does_not_want(desk: Desk) -> None:
    desk.schedule = Schedule(reminders=REMINDERS)
    await desk.recipient(quotas=("sh-alliance",))
    await desk.cross()
    assert await messages(desk, [0, 15, 30]) == [0, 0, 0]


async def test_without_reminders_nobody_is_reminded(desk: Desk) -> None:
    await desk.recipient()
    await desk.cross()
    assert await messages(desk, [0, 15, 600]) == [1, 1, 1]
