"""What became of alerts, in the order of the commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications.domain.alert import Change, ChangeKind
from services.notifications.store.alerts import to_alert
from shared.postgres import Connection, Writing

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A change and its running number over all Länder."""

    number: int
    change: Change


# The last lock of a transaction, held until its commit: whoever comes next gets higher numbers.
DRAW = "UPDATE last_change SET number = number + cardinality($1::uuid[]) RETURNING number"
INSERT = """
    INSERT INTO changes (number, land, alert, kind, at)
    SELECT drawn.number - cardinality($1) + place, land, alert, kind, $4
      FROM drawn, unnest($1::uuid[], $2::text[], $3::text[])
           WITH ORDINALITY AS made (alert, land, kind, place)
"""


async def insert_changes(writing: Writing, made: Sequence[Change], at: datetime) -> None:
    """Number changes in their order; nothing else may be locked afterwards."""
    alerts = [one.alert.id for one in made]
    lands = [one.alert.crossing.land for one in made]
    await writing.execute(DRAW, alerts, name="drawn")
    await writing.execute(INSERT, alerts, lands, [one.kind for one in made], at)


LAST = "SELECT number FROM last_change"


async def load_last(tx: Connection) -> int:
    """The number of the last change; 0 before the first."""
    last: int = await tx.fetchval(LAST)
    return last


IS_KEPT = "SELECT EXISTS (SELECT FROM changes WHERE number = $1 AND at >= $2)"


async def is_kept(tx: Connection, number: int, since: datetime) -> bool:
    """Whether there is a change of this number, and not from before that moment."""
    found: bool = await tx.fetchval(IS_KEPT, number, since)
    return found


LIST = """
    SELECT a.*, c.number AS change, c.kind FROM changes AS c
      JOIN alerts AS a ON a.id = c.alert
     WHERE c.number > $1 AND c.number <= $2 AND c.land = ANY($3)
     ORDER BY c.number
     LIMIT $4
"""


async def list_changes(
    tx: Connection, span: tuple[int, int], lands: Sequence[str], limit: int
) -> list[Numbered]:
    """The changes in these Länder after the first number and up to the second, in order."""
    rows = await tx.fetch(LIST, *span, lands, limit)
    return [Numbered(row["change"], Change(ChangeKind(row["kind"]), to_alert(row))) for row in rows]


FORGET = "DELETE FROM changes WHERE at < $1"


async def forget_changes(tx: Connection, before: datetime) -> None:
    """Delete what nobody may ask for any more."""
    await tx.execute(FORGET, before)
