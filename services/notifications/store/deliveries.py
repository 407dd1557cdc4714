"""Deliveries and their tries; each is in one notifier's hands at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.notifications.domain.delivery import (
    Attempt,
    Claimed,
    Delivery,
    DeliveryState,
    Progress,
    Tracked,
)
from services.notifications.domain.planning import Planned
from services.notifications.domain.recipient import ChannelCode
from shared.codes import Land
from shared.postgres import Connection, Writes

INSERT = """
    INSERT INTO deliveries (id, recipient, channel, land, alerts, planned_at, reminder, next_try)
    SELECT id, recipient, channel, land, alerts, planned_at, reminder, planned_at
      FROM json_populate_recordset(NULL::deliveries, $1)
        ON CONFLICT (id) DO NOTHING
"""


async def insert_deliveries(tx: Writes, planned: Iterable[Delivery]) -> None:
    """Keep planned deliveries; one that was planned before stays as it is."""
    await tx.execute(INSERT, [_row_of(delivery) for delivery in planned])


def _row_of(delivery: Delivery) -> dict[str, object]:
    """A planned delivery as INSERT takes it."""
    return {
        "id": str(delivery.id),
        "recipient": str(delivery.recipient),
        "channel": delivery.channel,
        "land": delivery.land,
        "alerts": [str(alert) for alert in delivery.alerts],
        "planned_at": delivery.planned_at,
        "reminder": delivery.reminder,
    }


async def insert_planned(tx: Connection, planned: Planned) -> None:
    """Keep new deliveries, and what waiting ones carry now."""
    await insert_deliveries(tx, planned.fresh)
    await set_alerts(tx, planned.longer)


# A notifier may have taken one meanwhile: then it has a try, and does not match any more.
LOCK_WAITING = """
    SELECT * FROM deliveries
     WHERE recipient = ANY($1) AND land = $2 AND state = 'pending' AND next_try > $3
       AND reminder = $4 AND tries = 0 AND content IS NULL AND cardinality(alerts) > 0
     ORDER BY number
       FOR UPDATE
"""


async def lock_waiting(
    tx: Connection, recipients: Sequence[UUID], land: Land, at: datetime, reminder: int
) -> list[Delivery]:
    """Deliveries to these recipients that were never tried and are not yet due, oldest first."""
    rows = await tx.fetch(LOCK_WAITING, recipients, land, at, reminder)
    return [to_delivery(row) for row in rows]


SET_ALERTS = "UPDATE deliveries SET alerts = $2 WHERE id = $1"


async def set_alerts(tx: Connection, changed: Iterable[Delivery]) -> None:
    """Keep what waiting deliveries carry now; where none does, nothing is asked."""
    if rows := [(one.id, one.alerts) for one in changed]:
        await tx.executemany(SET_ALERTS, rows)


# A slow recipient must not take every place: each gives a few of its oldest due deliveries.
CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT one.id
          FROM recipients AS r
         CROSS JOIN LATERAL (
               SELECT d.id, d.next_try, d.number FROM deliveries AS d
                WHERE d.recipient = r.id AND d.state = 'pending' AND d.next_try <= $2
                  AND (d.claimed_until IS NULL OR d.claimed_until <= $2)
                ORDER BY d.next_try, d.number
                LIMIT $6
                  FOR UPDATE SKIP LOCKED) AS one
         WHERE r.channel = $1 AND r.id <> ALL($5)
         ORDER BY one.next_try, one.number
         LIMIT $4)
    UPDATE deliveries AS d
       SET claim = d.claim + 1, tries = d.tries + 1, claimed_until = $3
      FROM due
     WHERE d.id = due.id
    RETURNING d.*
"""


async def claim_due(
    tx: Connection,
    channel: ChannelCode,
    span: tuple[datetime, datetime],
    room: tuple[int, int],
    busy: Sequence[UUID],
) -> list[Claimed]:
    """Due deliveries of a channel, oldest first, taken from now until the end of the span.

    `room` is how many in all and per recipient; recipients in `busy` wait.
    """
    rows = await tx.fetch(CLAIM, channel, *span, room[0], busy, room[1])
    return [
        Claimed(to_delivery(row), row["claim"], row["tries"], row["content"])
        for row in sorted(rows, key=lambda row: int(row["number"]))
    ]


CONTENT = "UPDATE deliveries SET content = $2 WHERE id = $1 AND content IS NULL"


async def set_contents(tx: Connection, contents: Mapping[UUID, bytes]) -> None:
    """Keep what the first try will send."""
    await tx.executemany(CONTENT, list(contents.items()))


# Whoever lost its claim changes nothing, but what was accepted was accepted.
PROGRESS = """
    UPDATE deliveries SET state = $3, next_try = $4, claimed_until = NULL
     WHERE id = $1
       AND ((claim = $2 AND state = 'pending') OR ($3 = 'accepted' AND state <> 'accepted'))
"""
ATTEMPT = """
    INSERT INTO attempts (delivery, at, outcome)
    SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[])
"""


async def record_attempts(
    tx: Connection, ended: Sequence[tuple[Claimed, Attempt, Progress]]
) -> None:
    """Keep every try, and where its delivery now stands."""
    rows = [(one.delivery.id, one.claim, to.state, to.next_try) for one, _, to in ended]
    await tx.executemany(PROGRESS, rows)
    await tx.execute(
        ATTEMPT,
        [one.delivery.id for one, _, _ in ended],
        [attempt.at for _, attempt, _ in ended],
        [attempt.outcome for _, attempt, _ in ended],
    )


RELEASE = """
    UPDATE deliveries SET claimed_until = NULL, tries = tries - 1
     WHERE id = $1 AND claim = $2 AND state = 'pending'
"""


async def release_claims(tx: Connection, claims: Iterable[Claimed]) -> None:
    """Give back what was not sent to its end: the next notifier need not wait for the claim."""
    await tx.executemany(RELEASE, [(one.delivery.id, one.claim) for one in claims])


GIVE_UP = """
    WITH ended AS (
        UPDATE deliveries SET state = 'given-up', next_try = NULL, claimed_until = NULL
         WHERE id = ANY($1) AND state = 'pending'
        RETURNING id)
    INSERT INTO attempts (delivery, at, outcome) SELECT id, $2, $3 FROM ended
"""


async def give_up(tx: Connection, ids: Sequence[UUID], last: Attempt) -> None:
    """End these deliveries, as far as they are pending."""
    await tx.execute(GIVE_UP, ids, last.at, last.outcome)


PENDING = """
    SELECT id FROM deliveries WHERE recipient = $1 AND state = 'pending' ORDER BY number FOR UPDATE
"""


async def give_up_all(tx: Connection, recipient: UUID, last: Attempt) -> None:
    """End a recipient's pending deliveries."""
    await give_up(tx, [row["id"] for row in await tx.fetch(PENDING, recipient)], last)


# The share keeps the recipient from being deleted until this is committed.
RESTART = """
      WITH reached AS (
           SELECT id FROM recipients
            WHERE id = (SELECT recipient FROM deliveries WHERE id = $1) FOR SHARE)
    UPDATE deliveries
       SET state = 'pending', next_try = $2, tries = 0, claimed_until = NULL, claim = claim + 1
      FROM reached
     WHERE deliveries.id = $1 AND deliveries.recipient = reached.id
    RETURNING deliveries.*
"""


async def restart_delivery(tx: Connection, delivery: UUID, at: datetime) -> Tracked | None:
    """Begin the tries of a delivery again, from this instant; None if its recipient is deleted."""
    rows = await tx.fetch(RESTART, delivery, at)
    return (await _track(tx, rows))[0] if rows else None


LOAD = "SELECT * FROM deliveries WHERE id = $1 AND land = ANY($2)"


async def load_delivery(tx: Connection, delivery: UUID, lands: Sequence[str]) -> Tracked | None:
    """A delivery about one of these Lands."""
    row = await tx.fetchrow(LOAD, delivery, lands)
    return (await _track(tx, [row]))[0] if row else None


LIST = """
    SELECT * FROM deliveries WHERE land = ANY($1) AND number < $2 ORDER BY number DESC LIMIT $3
"""


async def list_deliveries(
    tx: Connection, lands: Sequence[str], before: int, limit: int
) -> list[tuple[int, Tracked]]:
    """Newest first, below a number."""
    rows = await tx.fetch(LIST, lands, before, limit)
    return [(row["number"], one) for row, one in zip(rows, await _track(tx, rows), strict=True)]


ATTEMPTS = "SELECT delivery, at, outcome FROM attempts WHERE delivery = ANY($1) ORDER BY number"


async def _track(tx: Connection, rows: Sequence[Record]) -> list[Tracked]:
    attempts: dict[UUID, list[Attempt]] = defaultdict(list)
    for one in await tx.fetch(ATTEMPTS, [row["id"] for row in rows]):
        attempts[one["delivery"]].append(Attempt(one["at"], one["outcome"]))
    return [
        Tracked(
            delivery=to_delivery(row),
            progress=Progress(DeliveryState(row["state"]), row["next_try"]),
            attempts=tuple(attempts[row["id"]]),
        )
        for row in rows
    ]


def to_delivery(row: Record) -> Delivery:
    """The delivery in a row that has all columns of the table."""
    return Delivery(
        id=row["id"],
        recipient=row["recipient"],
        channel=ChannelCode(row["channel"]),
        land=row["land"],
        alerts=tuple(row["alerts"]),
        planned_at=row["planned_at"],
        reminder=row["reminder"],
    )
