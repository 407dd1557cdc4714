"""What is due is sent by one notifier at a time, again after a failure, and given up visibly."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from services.notifications.delivery.channel import Channel, Notice, Parcel
from services.notifications.delivery.dispatcher import Dispatcher, Pace
from services.notifications.delivery.log import LogChannel
from services.notifications.delivery.webhook import WebhookChannel
from services.notifications.domain.delivery import (
    ACCEPTED,
    Attempt,
    DeliveryState,
    Outcome,
    Tracked,
)
from services.notifications.domain.recipient import ChannelCode, Recipient
from services.notifications.handlers.crossings import Crossings, record_crossings
from services.notifications.store import deliveries, recipients
from shared.clock import now
from shared.line import Line
from shared.postgres import Bell, Database, transaction
from tests.eventually import eventually
from tests.integration.notifications.crossings import LAND, CrossingsInTest
from tests.integration.notifications.notices import SECRET, the_letters
from tests.integration.notifications.receivers import Receiver, running_receiver
from tests.integration.servers import OwnDatabase
from tests.unit.notifications.builders import a_recipient

pytestmark = pytest.mark.asyncio


@dataclass
class Desk:
    """Deliveries to be sent on a database of its own, and a clock that the test moves."""

    database: Database
    bell: Bell
    receiver: Receiver
    crossings: CrossingsInTest = field(default_factory=CrossingsInTest)
    at: datetime = field(default_factory=now)
    notifiers: list[Dispatcher] = field(default_factory=list)
    webhooks: list[WebhookChannel] = field(default_factory=list)

    def later(self, **span: float) -> None:
        self.at += timedelta(**span)

    def notifier(self, *channels: Channel) -> Dispatcher:
        """One more notifier, with a webhook channel to the receiver and a log unless told."""
        if not channels:
            self.webhooks.append(WebhookChannel(self.receiver.origin))
            channels = (self.webhooks[-1], LogChannel(the_letters()))
        pace = Pace(clock=lambda: self.at, jitter=lambda: 0.0, grace_seconds=0.05)
        self.notifiers.append(Dispatcher(self.database, channels, self.bell, pace))
        return self.notifiers[-1]

    async def recipient(self, **wish: Any) -> Recipient:
        """A recipient at the receiver."""
        wish.setdefault("address", f"{self.receiver.origin}/hook")
        made = replace(a_recipient(**wish), id=uuid4())
        is_webhook = made.wish.channel is ChannelCode.WEBHOOK
        made = replace(made, secret=SECRET if is_webhook else None)
        async with transaction(self.database) as tx:
            await recipients.insert_recipient(tx, made)
        return made

    async def cross(self, count: int = 1) -> None:
        """So many crossings, each of another unit, all applied and therefore planned."""
        first = len(self.crossings.documents)
        events = [self.crossings.cross(f"01{first + number:03}") for number in range(count)]
        applier = Crossings(self.database, self.crossings, self.bell)
        await Line(LAND, applier).take(events)
        self.at = max(self.at, now())

    async def tracked(self) -> list[Tracked]:
        async with self.database.acquire() as tx:
            return [one for _, one in await deliveries.list_deliveries(tx, ["01"], 2**62, 500)]

    async def settled(self, notifier: Dispatcher) -> None:
        """Rounds until nothing is due and nothing is on its way."""
        while await notifier.round() or notifier.sending:
            if notifier.sending:
                await asyncio.wait(notifier.sending)


@pytest_asyncio.fixture
async def desk(database: OwnDatabase) -> AsyncIterator[Desk]:
    async with database.pool("notifications") as pool, running_receiver() as receiver:
        bell = Bell(database.url("notifications"), database.passwords["notifications"], "test")
        desk = Desk(pool, bell, receiver)
        yield desk
        for task in [task for notifier in desk.notifiers for task in notifier.sending]:
            task.cancel()
        for channel in desk.webhooks:
            await channel.close()


def states(tracked: list[Tracked]) -> list[tuple[str, list[str]]]:
    return [(one.progress.state, [try_.outcome for try_ in one.attempts]) for one in tracked]


async def test_what_is_due_is_sent_once(desk: Desk) -> None:
    await desk.recipient()
    await desk.cross(3)
    await desk.settled(desk.notifier())
    await desk.settled(desk.notifier())
    assert states(await desk.tracked()) == [("accepted", ["accepted"])] * 3
    assert [call.alerts[0]["crossing"] for call in desk.receiver.calls] == ["01:1", "01:2", "01:3"]
    ids = {str(one.delivery.id) for one in await desk.tracked()}
    assert {call.headers["webhook-id"] for call in desk.receiver.calls} == ids


async def test_a_failure_is_tried_again_with_the_same_id_and_bytes(desk: Desk) -> None:
    desk.receiver.answers += [500, 503]
    await desk.recipient()
    await desk.cross()
    notifier = desk.notifier()
    for seconds in (0, 1, 4):
        desk.later(seconds=seconds)
        await desk.settled(notifier)
    assert states(await desk.tracked()) == [("accepted", ["http-500", "http-503", "accepted"])]
    assert len({(call.headers["webhook-id"], call.body) for call in desk.receiver.calls}) == 1
    assert all(call.is_signed_with(SECRET) for call in desk.receiver.calls)


async def test_nothing_is_tried_before_its_time(desk: Desk) -> None:
    desk.receiver.answers += [500] * 2
    await desk.recipient()
    await desk.cross()
    notifier = desk.notifier()
    await desk.settled(notifier)
    desk.later(seconds=0.9)
    await desk.settled(notifier)
    [tracked] = await desk.tracked()
    assert len(tracked.attempts) == len(desk.receiver.calls) == 1
    assert tracked.progress.next_try == tracked.attempts[0].at + timedelta(seconds=1)


async def test_after_three_days_a_delivery_is_given_up_visibly(desk: Desk) -> None:
    desk.receiver.answers += [500] * 20
    await desk.recipient()
    await desk.cross()
    notifier = desk.notifier()
    for _ in range(15):
        await desk.settled(notifier)
        desk.later(hours=21)
    [tracked] = await desk.tracked()
    assert states([tracked]) == [("given-up", ["http-500"] * 11)]
    assert tracked.progress.next_try is None
    assert len(desk.receiver.calls) == 11


async def test_a_receiver_that_is_gone_is_given_up_at_once(desk: Desk) -> None:
    desk.receiver.answers += [410]
    await desk.recipient()
    await desk.cross()
    await desk.settled(desk.notifier())
    assert states(await desk.tracked()) == [("given-up", ["http-410"])]


async def test_a_delivery_that_was_given_up_can_begin_again(desk: Desk) -> None:
    desk.receiver.answers += [410]
    await desk.recipient()
    await desk.cross()
    notifier = desk.notifier()
    await desk.settled(notifier)
    [tracked] = await desk.tracked()
    async with transaction(desk.database) as tx:
        restarted = await deliveries.restart_delivery(tx, tracked.delivery.id, desk.at)
    assert restarted.progress.state is DeliveryState.PENDING
    await desk.settled(notifier)
    assert states(await desk.tracked()) == [("accepted", ["http-410", "accepted"])]
    assert len({call.headers["webhook-id"] for call in desk.receiver.calls}) == 1


async def test_two_notifiers_at_once_send_each_delivery_once(desk: Desk) -> None:
    for _ in range(3):
        await desk.recipient()
    await desk.cross(40)
    notifiers = [desk.notifier() for _ in range(3)]
    await asyncio.gather(*map(desk.settled, notifiers))
    sent = [call.headers["webhook-id"] for call in desk.receiver.calls]
    assert len(sent) == len(set(sent)) == 120
    assert states(await desk.tracked()) == [("accepted", ["accepted"])] * 120


async def test_a_crash_between_sending_and_recording_sends_again_under_the_same_id(
    desk: Desk,
) -> None:
    await desk.recipient()
    await desk.cross()
    killed, other = desk.notifier(), desk.notifier()
    await killed.round()
    await asyncio.wait(killed.sending)
    await desk.settled(other)
    assert len(desk.receiver.calls) == 1
    desk.later(seconds=31)
    await desk.settled(other)
    first, second = desk.receiver.calls
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert states(await desk.tracked()) == [("accepted", ["accepted"])]


async def test_who_lost_its_claim_does_not_undo_what_was_accepted(desk: Desk) -> None:
    desk.receiver.answers += [500]
    await desk.recipient()
    await desk.cross()
    slow, other = desk.notifier(), desk.notifier()
    await slow.round()
    await asyncio.wait(slow.sending)
    desk.later(seconds=31)
    await desk.settled(other)
    await desk.settled(slow)
    assert states(await desk.tracked()) == [("accepted", ["accepted", "http-500"])]


async def test_what_was_accepted_is_accepted_even_after_the_claim_was_lost(desk: Desk) -> None:
    desk.receiver.answers += [204, 500]
    await desk.recipient()
    await desk.cross()
    slow, other = desk.notifier(), desk.notifier()
    await slow.round()
    await asyncio.wait(slow.sending)
    desk.later(seconds=31)
    await desk.settled(other)
    await desk.settled(slow)
    assert states(await desk.tracked()) == [("accepted", ["http-500", "accepted"])]


@dataclass
class Scripted:
    """A channel of the test's own that fails in ways of its own."""

    act: Callable[[Parcel], Awaitable[Outcome]]
    code: ChannelCode = ChannelCode.WEBHOOK
    slots: int = 16
    unwritable: UUID | None = None

    def write(self, notice: Notice) -> bytes:
        if notice.delivery.alerts[0] == self.unwritable:
            raise ValueError("this can't be written")
        return b"content"

    async def send(self, parcel: Parcel) -> Outcome:
        return await self.act(parcel)


async def accept(_parcel: Parcel) -> Outcome:
    return ACCEPTED


async def hang(_parcel: Parcel) -> Outcome:
    await asyncio.Event().wait()
    return ACCEPTED


async def fail(_parcel: Parcel) -> Outcome:
    raise ZeroDivisionError


async def stop(notifier: Dispatcher, on: Callable[[], bool]) -> None:
    """Let a notifier run until something is on its way, then end it as the service does."""
    running = asyncio.create_task(notifier.run())
    await eventually(on, within=5, because="it sends")
    running.cancel()
    await asyncio.wait([running])


async def test_a_stopped_notifier_records_what_arrived(desk: Desk) -> None:
    await desk.recipient()
    await desk.cross(2)
    await stop(desk.notifier(), lambda: len(desk.receiver.calls) == 2)
    assert states(await desk.tracked()) == [("accepted", ["accepted"])] * 2


async def test_a_stopped_notifier_gives_back_what_did_not_arrive(desk: Desk) -> None:
    await desk.recipient()
    await desk.cross()
    stopped = desk.notifier(Scripted(hang))
    await stop(stopped, lambda: bool(stopped.sending))
    assert states(await desk.tracked()) == [("pending", [])]
    async with transaction(desk.database) as tx:
        span = (desk.at, desk.at + timedelta(seconds=30))
        [again] = await deliveries.claim_due(tx, ChannelCode.WEBHOOK, span, (9, 9), [])
    assert (again.tries, again.claim, again.content) == (1, 2, b"content")


async def test_a_recipient_that_hangs_keeps_nobody_waiting(desk: Desk) -> None:
    hanging, quick = await desk.recipient(), await desk.recipient()

    async def answer(parcel: Parcel) -> Outcome:
        return await (hang if parcel.recipient.id == hanging.id else accept)(parcel)

    await desk.cross(40)
    notifier = desk.notifier(Scripted(answer))

    async def all_accepted() -> bool:
        await notifier.round()
        own = [one for one in await desk.tracked() if one.delivery.recipient == quick.id]
        return {one.progress.state for one in own} == {DeliveryState.ACCEPTED}

    await eventually(all_accepted, within=10, because="the quick one is told of everything")
    waiting = [one.delivery.recipient for one in notifier.sending.values()]
    assert set(waiting) == {hanging.id}
    assert len(waiting) < Scripted.slots


async def test_a_fault_of_our_own_is_tried_again_and_says_so(desk: Desk) -> None:
    await desk.recipient()
    await desk.cross()
    await desk.settled(desk.notifier(Scripted(fail)))
    [tracked] = await desk.tracked()
    assert states([tracked]) == [("pending", ["failure"])]


async def test_what_cannot_be_written_keeps_no_other_waiting(desk: Desk) -> None:
    await desk.recipient()
    await desk.cross(3)
    *_, first = await desk.tracked()
    await desk.settled(desk.notifier(Scripted(accept, unwritable=first.delivery.alerts[0])))
    assert states(await desk.tracked()) == [
        ("accepted", ["accepted"]),
        ("accepted", ["accepted"]),
        ("pending", ["failure"]),
    ]


async def test_a_deleted_recipients_deliveries_are_given_up(desk: Desk) -> None:
    desk.receiver.answers += [500, 500]
    gone, stays = await desk.recipient(), await desk.recipient()
    await desk.cross()
    await desk.settled(desk.notifier())
    async with transaction(desk.database) as tx:
        await recipients.delete_recipient(tx, gone.id)
        await deliveries.give_up_all(tx, gone.id, Attempt(desk.at, "recipient-deleted"))
    by_recipient = {one.delivery.recipient: one for one in await desk.tracked()}
    assert states([by_recipient[gone.id], by_recipient[stays.id]]) == [
        ("given-up", ["http-500", "recipient-deleted"]),
        ("pending", ["http-500"]),
    ]


async def test_deleting_waits_for_deliveries_that_are_being_planned(desk: Desk) -> None:
    recipient = await desk.recipient()
    event = desk.crossings.cross("01001")

    async def delete() -> None:
        async with transaction(desk.database) as tx:
            await recipients.delete_recipient(tx, recipient.id)
            await deliveries.give_up_all(tx, recipient.id, Attempt(desk.at, "recipient-deleted"))

    async with transaction(desk.database) as tx:
        await record_crossings(tx, LAND, [event], desk.at)
        deleting = asyncio.create_task(delete())
        await eventually(lambda: is_waiting(desk.database), within=5, because="it waits")
        assert not deleting.done()
    await deleting
    assert states(await desk.tracked()) == [("given-up", ["recipient-deleted"])]


async def is_waiting(database: Database) -> bool:
    """Whether some statement of this database waits for a lock."""
    async with database.acquire() as tx:
        return bool(
            await tx.fetchval(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
        )
