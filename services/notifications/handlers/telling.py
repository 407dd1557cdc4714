"""Alerts become messages to everyone who wants them."""

from collections.abc import Sequence
from datetime import datetime

from services.notifications.domain.alert import Alert
from services.notifications.domain.planning import Planned, plan_deliveries, who_is_told
from services.notifications.domain.schedule import Schedule
from services.notifications.store import deliveries, recipients
from shared.codes import Land
from shared.postgres import Connection


async def plan_for_everyone(
    tx: Connection,
    land: Land,
    told: Sequence[Alert],
    schedule: Schedule,
    at: datetime,
    reminder: int = 0,
) -> Planned:
    """What is sent about a Land's alerts: first notifications, or reminders of a number.

    Nobody of them can be deleted before the transaction ends.
    """
    everyone = await recipients.lock_of_land(tx, land)
    waiting = []
    if schedule.may_wait:
        ids = [one.id for one in everyone]
        waiting = await deliveries.lock_waiting(tx, ids, land, at, reminder)
    return plan_deliveries(who_is_told(told, everyone), waiting, schedule, at, reminder)
