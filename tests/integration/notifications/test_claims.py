"""Each delivery is in one notifier's hands at a time, whoever is killed, slow or stopped."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from services.notifications.delivery.dispatcher import Dispatcher
from services.notifications.domain.delivery import Attempt
from services.notifications.domain.recipient import ChannelCode
from services.notifications.handlers.crossings import record_crossings
from services.notifications.store import deliveries, recipients
from shared.postgres import Database, transaction
from tests.eventually import eventually
from tests.integration.notifications.crossings import LAND
from tests.integration.notifications.desk import Desk, Scripted, hang, states

pytestmark = pytest.mark.asyncio


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


async def test_without_its_database_a_notifier_says_in_a_sentence_that_deliveries_wait(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    notifier = desk.notifier()
    await desk.database.close()
    assert not await notifier._round_or_failure()
    [told] = caplog.records
    assert told.getMessage().startswith("deliveries wait for PostgreSQL")
    assert told.exc_info is None
