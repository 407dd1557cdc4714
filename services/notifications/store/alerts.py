"""The alerts, one per crossing, and what became of each."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from asyncpg import Record

from services.notifications.domain.alert import (
    Acknowledgement,
    Alert,
    AlertState,
    Amount,
    Crossing,
    Note,
    Place,
)
from shared.codes import Cause, Land, Standing
from shared.postgres import Connection

COLUMNS = """id, land, sequence, fingerprint, quota, unit, before, after,
           credited_exact, credited_decimal, target_exact, target_decimal,
           balance_exact, balance_decimal, cause, ledger_sequence, definition,
           state, raised_at, resolved_by, undone_by_correction"""

INSERT = f"""
    INSERT INTO alerts ({COLUMNS})
    SELECT {COLUMNS} FROM json_populate_recordset(NULL::alerts, $1)
"""  # noqa: S608  # made of constants


def row_of(alert: Alert, fingerprint: str) -> dict[str, object]:
    """An alert as INSERT takes it, with the fingerprint of its crossing's number."""
    crossing = alert.crossing
    return {
        "id": alert.id,
        "land": crossing.land,
        "sequence": crossing.sequence,
        "fingerprint": fingerprint,
        "quota": crossing.quota,
        "unit": crossing.unit,
        "before": crossing.before,
        "after": crossing.after,
        **_amount("credited", crossing.credited),
        **_amount("target", crossing.target),
        **_amount("balance", crossing.balance),
        "cause": crossing.cause,
        "ledger_sequence": crossing.ledger_sequence,
        "definition": crossing.definition,
        "state": alert.state,
        "raised_at": alert.raised_at,
        "resolved_by": alert.resolved_by,
        "undone_by_correction": alert.undone_by_correction,
    }


def _amount(name: str, amount: Amount) -> dict[str, str]:
    return {f"{name}_exact": amount.exact, f"{name}_decimal": amount.decimal}


# Rows are locked in the order of their numbers; the Land's position is locked before them.
LOCK_UNRESOLVED = """
    SELECT a.* FROM alerts AS a
      JOIN unnest($2::text[], $3::text[]) AS places (quota, unit) USING (quota, unit)
     WHERE a.land = $1 AND a.state <> 'resolved'
     ORDER BY a.number
       FOR UPDATE OF a
"""


async def lock_unresolved(
    tx: Connection, land: Land, places: Iterable[Place]
) -> tuple[dict[Place, Alert], dict[int, str]]:
    """The alerts of these quotas and units that still wait for a person or a crossing.

    Beside them the fingerprints of their crossings by number.
    """
    pairs = sorted(set(places))
    quotas, units = [quota for quota, _ in pairs], [unit for _, unit in pairs]
    rows = await tx.fetch(LOCK_UNRESOLVED, land, quotas, units)
    unresolved = {alert.crossing.place: alert for alert in map(to_alert, rows)}
    return unresolved, {row["sequence"]: row["fingerprint"] for row in rows}


# Of alerts that are there, as locked ones are, only what became of them is written. An UPDATE that
# joins them is planned once, for a table that is still small, and reads all of it ever after.
RESOLVE = f"""
    {INSERT}
        ON CONFLICT (id) DO UPDATE
       SET state = excluded.state, resolved_by = excluded.resolved_by,
           undone_by_correction = excluded.undone_by_correction
    RETURNING id
"""  # noqa: S608  # made of constants


FINGERPRINTS = """
    SELECT sequence, fingerprint FROM alerts WHERE land = $1 AND sequence BETWEEN $2 AND $3
"""


async def load_fingerprints(tx: Connection, land: Land, low: int, high: int) -> dict[int, str]:
    """The fingerprints of applied crossings by number, both ends included."""
    rows = await tx.fetch(FINGERPRINTS, land, low, high)
    return {row["sequence"]: row["fingerprint"] for row in rows}


LOCK = "SELECT * FROM alerts WHERE id = $1 AND land = ANY($2) FOR UPDATE"


async def lock_alert(tx: Connection, alert: UUID, lands: Sequence[str]) -> Alert | None:
    """An alert of one of these Lands, locked until the transaction ends."""
    row = await tx.fetchrow(LOCK, alert, lands)
    return to_alert(row) if row else None


ACKNOWLEDGE = """
    UPDATE alerts SET state = $2, acknowledged_by = $3, acknowledged_at = $4, note_code = $5
     WHERE id = $1
"""


async def set_acknowledged(tx: Connection, alert: Alert) -> None:
    """Keep who took the alert on."""
    given = alert.acknowledgement
    assert given  # noqa: S101  # the domain's decision carries it
    await tx.execute(ACKNOWLEDGE, alert.id, alert.state, given.by, given.at, given.note_code)


# Land by Land, so that each is read from the end of its index.
LIST = """
    SELECT newest.* FROM unnest($1::text[]) AS mine (land)
     CROSS JOIN LATERAL (
           SELECT * FROM alerts
            WHERE alerts.land = mine.land AND number < $2
              AND ($3::text IS NULL OR state = $3)
              AND ($4::text IS NULL OR unit = $4)
              AND ($5::text IS NULL OR quota = $5)
            ORDER BY number DESC
            LIMIT $6) AS newest
     ORDER BY newest.number DESC
     LIMIT $6
"""


async def list_alerts(
    tx: Connection,
    lands: Sequence[str],
    before: int,
    wanted: tuple[str | None, str | None, str | None],
    limit: int,
) -> list[tuple[int, Alert]]:
    """Newest first, below a number; `wanted` is state, unit and quota, None for any."""
    rows = await tx.fetch(LIST, lands, before, *wanted, limit)
    return [(row["number"], to_alert(row)) for row in rows]


LOAD = "SELECT * FROM alerts WHERE id = $1 AND land = ANY($2)"


async def load_alert(tx: Connection, alert: UUID, lands: Sequence[str]) -> Alert | None:
    """An alert of one of these Lands."""
    row = await tx.fetchrow(LOAD, alert, lands)
    return to_alert(row) if row else None


# LATERAL and LIMIT keep it on the indexes, and COLLATE on the one that was made for it, whatever is
# believed of a table that grows fast.
LOAD_MANY = """
    WITH wanted AS (
        SELECT one.* FROM unnest($1::uuid[]) AS asked (id)
         CROSS JOIN LATERAL (SELECT * FROM alerts WHERE alerts.id = asked.id LIMIT 1) AS one)
    SELECT * FROM wanted
     UNION ALL
    SELECT earlier.* FROM wanted
     CROSS JOIN LATERAL (
           SELECT * FROM alerts AS a
            WHERE a.resolved_by = wanted.sequence AND a.land COLLATE "C" = wanted.land
            LIMIT 1) AS earlier
"""


async def load_with_resolved(tx: Connection, ids: Sequence[UUID]) -> dict[UUID, Alert]:
    """These alerts, and the earlier ones that their crossings resolved."""
    return {alert.id: alert for alert in map(to_alert, await tx.fetch(LOAD_MANY, ids))}


def to_alert(row: Record) -> Alert:
    """The alert in a row that has all columns of the table."""
    return Alert(
        crossing=_crossing(row),
        state=AlertState(row["state"]),
        raised_at=row["raised_at"],
        acknowledgement=_acknowledgement(row),
        resolved_by=row["resolved_by"],
        undone_by_correction=row["undone_by_correction"],
    )


def _crossing(row: Record) -> Crossing:
    return Crossing(
        land=row["land"],
        sequence=row["sequence"],
        quota=row["quota"],
        unit=row["unit"],
        before=Standing(row["before"]),
        after=Standing(row["after"]),
        credited=Amount(row["credited_exact"], row["credited_decimal"]),
        target=Amount(row["target_exact"], row["target_decimal"]),
        balance=Amount(row["balance_exact"], row["balance_decimal"]),
        cause=Cause(row["cause"]),
        ledger_sequence=row["ledger_sequence"],
        definition=row["definition"],
    )


def _acknowledgement(row: Record) -> Acknowledgement | None:
    if row["acknowledged_by"] is None:
        return None
    note = row["note_code"]
    return Acknowledgement(row["acknowledged_by"], row["acknowledged_at"], note and Note(note))
