"""When an alert is sent, when it is sent again, and when that ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from services.notifications.domain.alert import Alert
from services.notifications.domain.recipient import ChannelCode, Recipient
from shared.codes import Land

DELIVERIES = UUID("7c1a6a0e-91d1-5f5b-8a55-1f0a2f6f9b52")
"""The namespace of delivery ids: what is planned again from the same crossing keeps its id."""

MINUTE, HOUR = 60.0, 3600.0
JITTER = 0.2
"""Waits are shortened by up to this part, so that many deliveries do not come back at once."""

STEPS_SECONDS: Mapping[ChannelCode, tuple[float, ...]] = {
    # Two quick repeats (three tries within 15 s), then the steps that Standard Webhooks 1.0
    # suggests, as far as three days go.
    ChannelCode.WEBHOOK: (
        *(1.0, 4.0, 5 * MINUTE, 30 * MINUTE),
        *(2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 20 * HOUR),
    ),
    # A quick repeat for a restarting server, a grey list's minutes, then hours up to three days.
    ChannelCode.EMAIL: (
        *(5.0, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR),
        *(8 * HOUR, 12 * HOUR, 24 * HOUR, 23 * HOUR),
    ),
    ChannelCode.LOG: (5.0, MINUTE),
}


class DeliveryState(StrEnum):
    """Pending until the channel accepted it or trying has ended."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    GIVEN_UP = "given-up"


class Verdict(StrEnum):
    """What a channel says about one try: may a failure be tried again?"""

    ACCEPTED = "accepted"
    RETRY = "retry"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One try's verdict and what happened, as a code of ours that never quotes the receiver."""

    verdict: Verdict
    code: str


ACCEPTED = Outcome(Verdict.ACCEPTED, "accepted")
RECIPIENT_DELETED = Outcome(Verdict.REFUSED, "recipient-deleted")
ACKNOWLEDGED = Outcome(Verdict.REFUSED, "acknowledged")
RESOLVED = Outcome(Verdict.REFUSED, "resolved")
"""Why a reminder is not sent any more: somebody answered, or nothing is left to answer."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Alerts on their way to a recipient; what was sent once under its id never changes.

    `planned_at` is when it is to be sent first; `reminder` is 0 for the first notification.
    """

    id: UUID
    recipient: UUID
    channel: ChannelCode
    land: Land
    alerts: tuple[UUID, ...]
    planned_at: datetime
    reminder: int = 0


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery in the hands of one notifier: its `claim` ends what others held before.

    `tries` counts this one; `content` is what the first try sent, None before it.
    """

    delivery: Delivery
    claim: int
    tries: int
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try that ended: when, and how."""

    at: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a delivery stands after a try; `next_try` only while it is pending."""

    state: DeliveryState
    next_try: datetime | None


@dataclass(frozen=True, slots=True)
class Tracked:
    """A delivery with where it stands and every try so far, for people who look."""

    delivery: Delivery
    progress: Progress
    attempts: tuple[Attempt, ...]


def plan_delivery(
    alert: Alert, recipient: Recipient, planned_at: datetime, reminder: int = 0
) -> Delivery:
    """What a recipient is sent about an alert, first or again; planned twice it is the same one."""
    numbered = f" {reminder}" if reminder else ""
    return Delivery(
        id=uuid5(DELIVERIES, f"{alert.id} {recipient.id}{numbered}"),
        recipient=recipient.id,
        channel=recipient.wish.channel,
        land=alert.crossing.land,
        alerts=(alert.id,),
        planned_at=planned_at,
        reminder=reminder,
    )


def plan_test(new_id: UUID, recipient: Recipient, at: datetime) -> Delivery:
    """A delivery without alerts, that is to say so."""
    channel, land = recipient.wish.channel, recipient.lands[0]
    return Delivery(new_id, recipient.id, channel, land, (), at)


def retry_delay_seconds(channel: ChannelCode, tries: int, jitter: float) -> float | None:
    """The wait after so many tries (1 or more), None when it was the last one.

    `jitter` is 0 to 1; 0 waits the whole step.
    """
    steps = STEPS_SECONDS[channel]
    return steps[tries - 1] * (1 - JITTER * jitter) if tries <= len(steps) else None


def judge(
    outcome: Outcome,
    channel: ChannelCode,
    tries: int,
    tried_at: datetime,
    jitter: float,
    pace: float = 1.0,
) -> Progress:
    """What follows from the outcome of the last of so many tries; `pace` stretches every wait."""
    if outcome.verdict is Verdict.ACCEPTED:
        return Progress(DeliveryState.ACCEPTED, None)
    delay_seconds = retry_delay_seconds(channel, tries, jitter)
    if outcome.verdict is Verdict.REFUSED or delay_seconds is None:
        return Progress(DeliveryState.GIVEN_UP, None)
    return Progress(DeliveryState.PENDING, tried_at + timedelta(seconds=delay_seconds * pace))
