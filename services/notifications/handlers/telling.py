"""Alerts become messages to everyone who wants them."""

from collections.abc import Sequence
from datetime import datetime

from services.notifications.domain.alert import Alert
from services.notifications.domain.planning import plan_deliveries, who_is_told
from services.notifications.domain.schedule import Schedule
from services.notifications.store import deliveries, recipients
from shared.codes import Land
from shared.postgres import Connection


async def tell_everyone(
    tx: Connection,
    land: Land,
    told: Sequence[Alert],
    schedule: Schedule,
    at: datetime,
    reminder: int = 0,
) -> None:
    """Plan what is sent about a Land's alerts: first notifications, or reminders of a number."""
    everyone = await recipients.lock_of_land(tx, land)
    waiting = []
    if schedule.may_wait:
        ids = [one.id for one in everyone]
        waiting = await deliveries.lock_waiting(tx, ids, land, at, reminder)
    planned = plan_deliveries(who_is_told(told, everyone), waiting, schedule, at, reminder)
    await deliveries.insert_deliveries(tx, planned.fresh)
    if planned.longer:
        await deliveries.set_alerts(tx, planned.longer)
