"""Alerts that nobody has answered, and the reminders about them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.notifications.domain.alert import Alert
from services.notifications.domain.delivery import Attempt
from services.notifications.domain.planning import still_to_say
from services.notifications.store.alerts import to_alert
from services.notifications.store.deliveries import give_up, set_alerts, to_delivery
from shared.codes import Land
from shared.postgres import Connection

# Another process that is about to remind, or a person who is about to answer, has them locked.
# 'Not resolved' is said for the index, which has few rows however many alerts there were.
LOCK_DUE = """
    SELECT * FROM alerts
     WHERE state = 'open' AND state <> 'resolved' AND reminded < cardinality($2::interval[])
       AND raised_at <= $1::timestamptz - ($2::interval[])[reminded + 1]
     ORDER BY number
     LIMIT $3
       FOR UPDATE SKIP LOCKED
"""


async def lock_due(
    tx: Connection, at: datetime, reminders: Sequence[timedelta], limit: int
) -> list[Alert]:
    """Open alerts whose next reminder is due, oldest first."""
    return [to_alert(row) for row in await tx.fetch(LOCK_DUE, at, reminders, limit)]


SET_REMINDED = "UPDATE alerts SET reminded = $2 WHERE id = $1"


async def set_reminded(tx: Connection, numbers: Iterable[tuple[UUID, int]]) -> None:
    """Keep the number of the last reminder of each alert."""
    await tx.executemany(SET_REMINDED, list(numbers))


LOCK_PENDING = """
    SELECT * FROM deliveries
     WHERE land = $1 AND state = 'pending' AND reminder > 0 AND alerts && $2::uuid[]
     ORDER BY number
       FOR UPDATE
"""
OPEN = "SELECT id FROM alerts WHERE id = ANY($1) AND state = 'open'"


async def end_reminders(
    tx: Connection, land: Land, answered: Sequence[UUID], last: Attempt
) -> None:
    """Give up what would remind of answered alerts only, and leave them out of the others.

    The answered ones are locked, and may be open still.
    """
    pending = await tx.fetch(LOCK_PENDING, land, answered)
    if not pending:
        return
    named = {alert for row in pending for alert in row["alerts"]}
    unanswered = {row["id"] for row in await tx.fetch(OPEN, list(named.difference(answered)))}
    left = {
        row["id"]: still_to_say(to_delivery(row), unanswered, is_written=row["content"] is not None)
        for row in pending
    }
    await set_alerts(tx, [one for one in left.values() if one])
    await give_up(tx, [delivery for delivery, one in left.items() if one is None], last)
