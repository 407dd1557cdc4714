"""Sends what is due, politely: a few at once, each in one notifier's hands."""

import asyncio
import logging
import random
from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from prometheus_client import Counter

from services.notifications.delivery.channel import Channel, Notice, Parcel
from services.notifications.domain.alert import Alert
from services.notifications.domain.delivery import (
    RECIPIENT_DELETED,
    Attempt,
    Claimed,
    Outcome,
    Progress,
    Verdict,
    judge,
)
from services.notifications.domain.recipient import ChannelCode, Recipient
from services.notifications.store import alerts, deliveries, recipients
from shared.clock import now
from shared.postgres import Bell, Connection, Database, is_outage, transaction

POLL_SECONDS = 0.5
GATHER_SECONDS = 0.02
"""Between rounds: what ends or falls due meanwhile shares a round, and other work gets its turn."""
CLAIM_SECONDS = 30.0
"""Longer than any try: whoever is killed while it sends blocks a delivery for so long."""
GRACE_SECONDS = 3.0
FAILURE = Outcome(Verdict.RETRY, "failure")
ATTEMPTS = Counter("hafenlotse_delivery_attempts", "Tries by outcome", ["channel", "outcome"])
FAILURES = Counter("hafenlotse_dispatcher_failures", "Rounds of the dispatcher that failed")
Ended = tuple[Claimed, Attempt, Progress]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How time passes: the clock, chance from 0 to 1, and what stretches every wait."""

    clock: Callable[[], datetime] = now
    jitter: Callable[[], float] = random.random
    stretch: float = 1.0
    claim_seconds: float = CLAIM_SECONDS
    grace_seconds: float = GRACE_SECONDS


class Dispatcher:
    """One notifier; any number of them share the deliveries."""

    def __init__(
        self, database: Database, channels: Sequence[Channel], bell: Bell, pace: Pace | None = None
    ) -> None:
        self.database, self.bell, self.pace = database, bell, pace or Pace()
        self.channels: Mapping[ChannelCode, Channel] = {one.code: one for one in channels}
        self.sending: dict[asyncio.Task[Outcome], Claimed] = {}
        self.ended: list[Ended] = []

    async def run(self) -> None:
        """Send for ever; a failure is logged, counted, and the next round tries again."""
        try:
            while True:
                if await self._round_or_failure():
                    await asyncio.sleep(GATHER_SECONDS)
                else:
                    await self._rest()
        finally:
            await self._stop()

    async def _round_or_failure(self) -> bool:
        try:
            return await self.round()
        except Exception as failure:
            FAILURES.inc()
            if is_outage(failure):
                log.warning("deliveries wait for PostgreSQL: %r", failure)
            else:
                log.exception("deliveries wait for the next round")
            return False

    async def round(self) -> bool:
        """Record what ended, start what is due; whether there was anything to do."""
        has_recorded = await self._record()
        started = [await self._start_due(channel) for channel in self.channels.values()]
        return has_recorded or any(started)

    async def _rest(self) -> None:
        rung = asyncio.ensure_future(self.bell.wait(POLL_SECONDS))
        try:
            await asyncio.wait({rung, *self.sending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            rung.cancel()

    async def _record(self) -> bool:
        for task in [task for task in self.sending if task.done()]:
            self.ended.append(self._end(self.sending.pop(task), task.result()))
        if not self.ended:
            return False
        async with transaction(self.database) as tx:
            await deliveries.record_attempts(tx, self.ended)
        self.ended = []
        return True

    def _end(self, claimed: Claimed, outcome: Outcome) -> Ended:
        pace, delivery, at = self.pace, claimed.delivery, self.pace.clock()
        ATTEMPTS.labels(delivery.channel, outcome.code).inc()
        progress = judge(outcome, delivery.channel, claimed.tries, at, pace.jitter(), pace.stretch)
        if outcome.verdict is not Verdict.ACCEPTED:
            log.warning("delivery %s: %s, %s", delivery.id, outcome.code, progress.state)
        return claimed, Attempt(at, outcome.code), progress

    async def _start_due(self, channel: Channel) -> int:
        mine = [one for one in self.sending.values() if one.delivery.channel is channel.code]
        free = channel.slots - len(mine)
        if free <= 0:
            return 0
        per_recipient = Tally(one.delivery.recipient for one in mine)
        most = channel.per_recipient
        busy = [recipient for recipient, count in per_recipient.items() if count >= most]
        async with transaction(self.database) as tx:
            claimed = await deliveries.claim_due(
                tx, channel.code, self._span(), (free, min(free, most)), busy
            )
            if not claimed:
                return 0
            people = await recipients.load_recipients(
                tx, [one.delivery.recipient for one in claimed]
            )
            claimed = await self._written(tx, channel, claimed, people)
        for one in claimed:
            self._start(channel, one, people.get(one.delivery.recipient))
        return len(claimed)

    def _span(self) -> tuple[datetime, datetime]:
        at = self.pace.clock()
        return at, at + timedelta(seconds=self.pace.claim_seconds)

    async def _written(
        self,
        tx: Connection,
        channel: Channel,
        claimed: list[Claimed],
        people: Mapping[UUID, Recipient],
    ) -> list[Claimed]:
        """The deliveries with their content: it is kept before it is sent for the first time."""
        fresh = [one for one in claimed if one.content is None and one.delivery.recipient in people]
        if not fresh:
            return claimed
        ids = [alert for one in fresh for alert in one.delivery.alerts]
        known = await alerts.load_with_resolved(tx, ids)
        contents = {}
        for one in fresh:
            notice = notice_of(one, people[one.delivery.recipient], known)
            content = _write(channel, notice)
            if content is not None:
                contents[one.delivery.id] = content
            await asyncio.sleep(0)  # a round of mails takes long to write: others go on between
        await deliveries.set_contents(tx, contents)
        return [replace(one, content=contents.get(one.delivery.id, one.content)) for one in claimed]

    def _start(self, channel: Channel, claimed: Claimed, recipient: Recipient | None) -> None:
        if recipient is None or claimed.content is None:
            outcome = FAILURE if recipient else RECIPIENT_DELETED
            self.ended.append(self._end(claimed, outcome))
            return
        parcel = Parcel(
            claimed.delivery.id, claimed.content, recipient, claimed.tries, self.pace.clock()
        )
        self.sending[asyncio.create_task(_send(channel, parcel))] = claimed

    async def _stop(self) -> None:
        """Let what is on its way arrive, record it, and give the rest back."""
        if self.sending:
            await asyncio.wait(self.sending, timeout=self.pace.grace_seconds)
        await self._record()
        for task in self.sending:
            task.cancel()
        async with transaction(self.database) as tx:
            await deliveries.release_claims(tx, self.sending.values())


def _write(channel: Channel, notice: Notice) -> bytes | None:
    """The content, or None where it can't be written: that must not keep others waiting."""
    try:
        return channel.write(notice)
    except Exception:
        log.exception("delivery %s can't be written", notice.delivery.id)
        return None


async def _send(channel: Channel, parcel: Parcel) -> Outcome:
    try:
        return await channel.send(parcel)
    except Exception:
        log.exception("delivery %s failed on our side", parcel.delivery)
        return FAILURE


def notice_of(claimed: Claimed, recipient: Recipient, known: Mapping[UUID, Alert]) -> Notice:
    """What a delivery has to say, from its alerts and those that they resolved."""
    delivery = claimed.delivery
    by_resolver = {
        (one.crossing.land, one.resolved_by): one for one in known.values() if one.resolved_by
    }
    chosen = tuple(known[alert] for alert in delivery.alerts)
    resolved = {
        alert.id: by_resolver[place]
        for alert in chosen
        if (place := (alert.crossing.land, alert.crossing.sequence)) in by_resolver
    }
    return Notice(delivery, recipient, chosen, resolved)
