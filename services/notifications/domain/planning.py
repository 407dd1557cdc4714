"""Who is told of which alerts in one message: what still waits takes further alerts along."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.notifications.domain.alert import Alert
from services.notifications.domain.delivery import Delivery, plan_delivery
from services.notifications.domain.recipient import Recipient
from services.notifications.domain.schedule import Schedule

MOST_TOGETHER = 250
"""A message names so many alerts at most; the next one takes the others."""


@dataclass(frozen=True, slots=True)
class Planned:
    """New deliveries, and waiting ones that carry more alerts than before."""

    fresh: list[Delivery]
    longer: list[Delivery]


def plan_deliveries(
    told: Iterable[tuple[Alert, Recipient]],
    waiting: Collection[Delivery],
    schedule: Schedule,
    at: datetime,
    reminder: int,
) -> Planned:
    """Every pair gets its place in a message; `waiting` are those that were not tried yet.

    `reminder` is its number, 0 for the first notification. No alert is left out.
    """
    before = {one.id for one in waiting}
    open_for: dict[UUID, Delivery] = {one.recipient: one for one in waiting}
    planned: dict[UUID, Delivery] = {}
    for alert, recipient in told:
        joined = _join(open_for.get(recipient.id), alert)
        if joined is None:
            planned_at = schedule.not_before(recipient.wish.channel, at)
            joined = plan_delivery(alert, recipient, planned_at, reminder)
        planned[joined.id] = joined
        if joined.planned_at > at:
            open_for[recipient.id] = joined
    return Planned(
        fresh=[one for one in planned.values() if one.id not in before],
        longer=[one for one in planned.values() if one.id in before],
    )


def _join(waiting: Delivery | None, alert: Alert) -> Delivery | None:
    if waiting is None or len(waiting.alerts) >= MOST_TOGETHER:
        return None
    return replace(waiting, alerts=(*waiting.alerts, alert.id))


def who_is_told(
    alerts: Iterable[Alert], everyone: Collection[Recipient]
) -> Iterator[tuple[Alert, Recipient]]:
    """Each alert with each recipient that wants it, in the order of the alerts."""
    return (
        (alert, recipient)
        for alert in alerts
        for recipient in everyone
        if recipient.wants(alert.crossing)
    )


def still_to_say(
    reminder: Delivery, unanswered: Collection[UUID], *, is_written: bool
) -> Delivery | None:
    """What a reminder still asks for once alerts were answered, None when nothing is left.

    What was written once is sent as it is: its bytes never change.
    """
    left = tuple(alert for alert in reminder.alerts if alert in unanswered)
    if not left:
        return None
    return reminder if is_written else replace(reminder, alerts=left)
