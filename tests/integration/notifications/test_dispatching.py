"""What is due is sent, again after a failure, and given up visibly."""

from datetime import timedelta

import pytest

from services.notifications.delivery.channel import Parcel
from services.notifications.domain.delivery import DeliveryState, Outcome
from services.notifications.store import deliveries
from shared.postgres import transaction
from tests.eventually import eventually
from tests.integration.notifications.desk import Desk, Scripted, accept, fail, hang, states
from tests.integration.notifications.notices import SECRET

pytestmark = pytest.mark.asyncio


async def test_what_is_due_is_sent_once(desk: Desk) -> None:
    await desk.recipient()
    await desk.cross(3)
    await desk.settled(desk.notifier())
    await desk.settled(desk.notifier())
    assert states(await desk.tracked()) == [("accepted", ["accepted"])] * 3
    sent = sorted(call.alerts[0]["crossing"] for call in desk.receiver.calls)
    assert sent == ["01:1", "01:2", "01:3"]
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
        assert restarted
    assert restarted.progress.state is DeliveryState.PENDING
    await desk.settled(notifier)
    assert states(await desk.tracked()) == [("accepted", ["http-410", "accepted"])]
    assert len({call.headers["webhook-id"] for call in desk.receiver.calls}) == 1


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
