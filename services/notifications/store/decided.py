"""What a run of crossings makes is written by one statement: each one waits for its turn."""

from collections.abc import Mapping
from datetime import datetime

from services.notifications.domain.alert import Decided
from services.notifications.domain.planning import Planned
from services.notifications.store import alerts, changes, deliveries
from shared.postgres import Connection, Writing

# Resolved first: a quota and a unit have one unresolved alert at most.
RAISE = f"""
    {alerts.INSERT} WHERE (SELECT count(*) FROM resolved) >= 0
"""  # noqa: S608  # made of constants


async def write_decided(
    tx: Connection,
    decided: Decided,
    planned: Planned,
    fingerprints: Mapping[int, str],
    at: datetime,
) -> None:
    """Keep what was raised, resolved and planned; nothing else may be locked afterwards.

    `fingerprints` are those of all these alerts' crossings by number.
    """
    await deliveries.set_alerts(tx, planned.longer)
    resolved, raised = (
        [alerts.row_of(one, fingerprints[one.crossing.sequence]) for one in some]
        for some in (decided.resolved, decided.raised)
    )
    writing = Writing()
    await writing.execute(alerts.RESOLVE, resolved, name="resolved")
    await writing.execute(RAISE, raised)
    await deliveries.insert_deliveries(writing, planned.fresh)
    await changes.insert_changes(writing, decided.changes, at)
    await writing.send(tx)
