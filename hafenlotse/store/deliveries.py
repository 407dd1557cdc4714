"""Whether everybody was told who wanted to be."""

from dataclasses import dataclass

from shared.codes import Land
from shared.postgres import Connection

LONGEST_SECONDS = 600.0
# Of a recipient that was changed nobody knows what it wanted before. Its id is of the moment when
# it was made; an alert of the same minute may have been raised without knowing of it.
TOLD = """
    SELECT r.name, count(*) AS wanted, count(sent.alert) AS planned,
           array_agg(a.sequence ORDER BY a.sequence) FILTER (WHERE sent.alert IS NULL) AS missing
      FROM recipients AS r
      JOIN alerts AS a
        ON a.land = ANY(r.lands)
       AND (coalesce(cardinality(r.quotas), 0) = 0 OR a.quota = ANY(r.quotas))
       AND (coalesce(cardinality(r.standings), 0) = 0 OR a.after = ANY(r.standings))
       AND a.raised_at > uuid_extract_timestamp(r.id) + interval '1 minute'
      LEFT JOIN (
           SELECT DISTINCT recipient, unnest(alerts) AS alert FROM deliveries
            WHERE land = $1 AND reminder = 0
           ) AS sent
        ON sent.recipient = r.id AND sent.alert = a.id
     WHERE a.land = $1 AND r.version = 1
     GROUP BY r.id, r.name
     ORDER BY r.name
"""


@dataclass(frozen=True, slots=True)
class Told:
    """How many alerts a recipient wanted and was planned to get; the crossings of the others."""

    name: str
    wanted: int
    planned: int
    missing: tuple[int, ...]


async def list_told(tx: Connection, land: Land) -> list[Told]:
    """Every recipient that was never changed, with the alerts since it was made."""
    rows = await tx.fetch(TOLD, land, timeout=LONGEST_SECONDS)
    return [
        Told(row["name"], row["wanted"], row["planned"], tuple(row["missing"] or ()))
        for row in rows
    ]
