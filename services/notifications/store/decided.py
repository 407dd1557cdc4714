"""What a run of crossings makes is written by one statement: each one waits for its turn."""

import re
from collections.abc import Mapping
from datetime import datetime

from services.notifications.domain.alert import Decided
from services.notifications.domain.planning import Planned
from services.notifications.store import alerts, changes, deliveries
from shared.postgres import Connection


def _from(first: int, statement: str) -> str:
    """The same statement with its parameters numbered from there."""
    return re.sub(r"\$(\d+)", lambda number: f"${int(number[1]) + first - 1}", statement)


# Resolved first: a quota and a unit have one unresolved alert at most.
WRITE = f"""
    WITH resolved AS ({alerts.RESOLVE}),
         raised AS ({_from(2, alerts.INSERT)} WHERE (SELECT count(*) FROM resolved) >= 0),
         planned AS ({_from(3, deliveries.INSERT)}),
         drawn AS ({_from(4, changes.DRAW)})
    {_from(4, changes.INSERT)}
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
    await tx.execute(
        WRITE,
        [alerts.row_of(one, fingerprints[one.crossing.sequence]) for one in decided.resolved],
        [alerts.row_of(one, fingerprints[one.crossing.sequence]) for one in decided.raised],
        [deliveries.row_of(one) for one in planned.fresh],
        *changes.columns_of(decided.changes),
        at,
    )
