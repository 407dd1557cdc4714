"""Deliveries to be sent, notifiers that send them, and a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from access.reach import EVERYWHERE
from services.notifications.delivery.channel import Channel, Notice, Parcel
from services.notifications.delivery.dispatcher import Dispatcher, Pace
from services.notifications.delivery.log import LogChannel
from services.notifications.delivery.webhook import WebhookChannel
from services.notifications.domain.alert import acknowledge, alert_id
from services.notifications.domain.delivery import ACCEPTED, ACKNOWLEDGED, Attempt, Outcome, Tracked
from services.notifications.domain.recipient import ChannelCode, Recipient
from services.notifications.domain.schedule import AT_ONCE, Schedule
from services.notifications.handlers.crossings import record_crossings
from services.notifications.handlers.reminders import Reminders
from services.notifications.store import alerts, deliveries, recipients, reminders
from shared.clock import now
from shared.postgres import Bell, Database, transaction
from tests.integration.notifications.crossings import LAND, CrossingsInTest
from tests.integration.notifications.notices import SEAL, the_letters, with_secret
from tests.integration.notifications.receivers import Receiver, running_receiver
from tests.integration.servers import OwnDatabase
from tests.unit.notifications.builders import a_recipient


@dataclass
class Desk:
    """Deliveries to be sent on a database of its own, and a clock that the test moves."""

    database: Database
    bell: Bell
    receiver: Receiver
    crossings: CrossingsInTest = field(default_factory=CrossingsInTest)
    at: datetime = field(default_factory=now)
    schedule: Schedule = AT_ONCE
    notifiers: list[Dispatcher] = field(default_factory=list)
    webhooks: list[WebhookChannel] = field(default_factory=list)

    def later(self, **span: float) -> None:
        self.at += timedelta(**span)

    def notifier(self, *channels: Channel) -> Dispatcher:
        """One more notifier, with a webhook channel to the receiver and a log unless told."""
        if not channels:
            self.webhooks.append(WebhookChannel(SEAL, self.receiver.origin))
            channels = (self.webhooks[-1], LogChannel(the_letters()))
        pace = Pace(clock=lambda: self.at, jitter=lambda: 0.0, grace_seconds=0.05)
        self.notifiers.append(Dispatcher(self.database, channels, self.bell, pace))
        return self.notifiers[-1]

    async def recipient(self, **wish: Any) -> Recipient:
        """A recipient at the receiver."""
        wish.setdefault("address", f"{self.receiver.origin}/hook")
        made = replace(a_recipient(**wish), id=uuid4())
        is_webhook = made.wish.channel is ChannelCode.WEBHOOK
        made = with_secret(made) if is_webhook else made
        async with transaction(self.database) as tx:
            await recipients.insert_recipient(tx, made)
        return made

    async def cross(self, count: int = 1) -> None:
        """So many crossings, each of another unit, all applied and therefore planned."""
        first = len(self.crossings.documents)
        await self.move(*((f"01{first + number:03}", "over") for number in range(count)))

    async def move(self, *moves: tuple[str, str]) -> None:
        """Units cross to where they then stand, all at this moment of the test's clock."""
        events = [self.crossings.cross(unit, after) for unit, after in moves]
        async with transaction(self.database) as tx:
            await record_crossings(tx, LAND, events, self.at, self.schedule)

    async def remind(self) -> bool:
        """Somebody who was just started looks whether anyone is to be reminded."""
        watcher = Reminders(self.database, self.bell, self.schedule, clock=lambda: self.at)
        return await watcher.round()

    async def acknowledge(self, sequence: int) -> None:
        """A person takes the alert of a crossing on."""
        async with transaction(self.database) as tx:
            found = await alerts.lock_alert(tx, alert_id(LAND, sequence), [LAND])
            assert found
            taken = acknowledge(found, "anna", self.at, None)
            await alerts.set_acknowledged(tx, taken)
            last = Attempt(self.at, ACKNOWLEDGED.code)
            await reminders.end_reminders(tx, LAND, [taken.id], last)

    async def tracked(self) -> list[Tracked]:
        async with self.database.acquire() as tx:
            return [one for _, one in await deliveries.list_deliveries(tx, ["01"], 2**62, 500)]

    async def settled(self, notifier: Dispatcher) -> None:
        """Rounds until nothing is due and nothing is on its way."""
        while await notifier.round() or notifier.sending:
            if notifier.sending:
                await asyncio.wait(notifier.sending)


@asynccontextmanager
async def open_desk(database: OwnDatabase) -> AsyncIterator[Desk]:
    """A desk; what is still on its way at the end is dropped."""
    async with (
        database.pool("notifications", reach=EVERYWHERE) as pool,
        running_receiver() as receiver,
    ):
        bell = Bell(database.url("notifications"), database.passwords["notifications"], "test")
        desk = Desk(pool, bell, receiver)
        yield desk
        for task in [task for notifier in desk.notifiers for task in notifier.sending]:
            task.cancel()
        for channel in desk.webhooks:
            await channel.close()


def states(tracked: list[Tracked]) -> list[tuple[str, list[str]]]:
    return [(one.progress.state, [try_.outcome for try_ in one.attempts]) for one in tracked]


@dataclass
class Scripted:
    """A channel of the test's own that fails in ways of its own."""

    act: Callable[[Parcel], Awaitable[Outcome]]
    code: ChannelCode = ChannelCode.WEBHOOK
    slots: int = 16
    per_recipient: int = 4
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
