"""A Land's people by day after some entries of its past, so that any other is near one of them."""

from datetime import date
from typing import NamedTuple

import msgspec

from services.quota.domain.counts import Daily
from services.quota.store.rows import Table, insert
from shared.codes import Ags, Land, Programme
from shared.postgres import Connection

MOST_PLACES = 1_000_000
"""So many are packed in 1.3 s and read in 0.9; beyond them a Land's past has no more such rows."""
DAY_SNAPSHOTS = Table(
    "day_snapshots",
    {
        "land": "text",
        "sequence": "bigint",
        "rebuilds": "bigint",
        "places": "bigint",
        "days": "bytea",
    },
    "ON CONFLICT DO NOTHING",
)
# All is read in one moment, and the Land is not locked: what a rebuild overtakes says so itself.
KEEP_SUMMED = """
    INSERT INTO day_snapshots (land, sequence, rebuilds, places, days)
    SELECT land, summed, rebuilds, places, convert_to(days, 'UTF8')
      FROM positions
           CROSS JOIN LATERAL (
               SELECT count(*) AS places,
                      coalesce(json_agg(json_build_array(unit, programme, effective_on, persons)),
                               '[]')::text AS days
                 FROM daily_sums
                WHERE daily_sums.land = positions.land AND persons <> 0
           ) AS summed_up
     WHERE land = $1 AND summed > 0
        ON CONFLICT DO NOTHING
"""
LAST = """
    SELECT land, summed, coalesce(last.sequence, 0) AS sequence,
           greatest($1, coalesce(last.places, 0)) AS step
      FROM positions
           LEFT JOIN LATERAL (
               SELECT sequence, places FROM day_snapshots AS kept
                WHERE kept.land = positions.land AND kept.rebuilds = positions.rebuilds
                ORDER BY sequence DESC LIMIT 1
           ) AS last ON true
     ORDER BY land
"""
DAYS = """
    SELECT days FROM day_snapshots AS kept JOIN positions USING (land, rebuilds)
     WHERE land = $1 AND kept.sequence = $2
"""
KEPT = """
    SELECT kept.sequence FROM day_snapshots AS kept JOIN positions USING (land, rebuilds)
     WHERE land = $1
"""
Sums = dict[tuple[Ags, Programme, date], int]
_DAYS = msgspec.json.Decoder(list[tuple[Ags, Programme, date, int]])


class Last(NamedTuple):
    """A Land's last snapshot of days, and how many entries there shall be to the next one.

    More of them for more places: all snapshots together are no larger than the ledger.
    """

    land: Land
    summed: int
    sequence: int
    step: int

    @property
    def next(self) -> int:
        """The entry after which the days are to be kept."""
        return self.sequence + self.step

    @property
    def is_due(self) -> bool:
        """Whether they are summed up to there, and few enough to be packed in one go."""
        return self.next <= self.summed and self.step <= MOST_PLACES


async def list_last(tx: Connection, step: int) -> list[Last]:
    """Of every Land; the steps are this long at least."""
    return [Last(*row) for row in await tx.fetch(LAST, step)]


async def keep_summed(tx: Connection, land: Land) -> None:
    """Keep the days as they are summed now; PostgreSQL packs them."""
    await tx.execute(KEEP_SUMMED, land)


async def insert_days(
    tx: Connection, land: Land, sequence: int, rebuilds: int, daily: Daily
) -> None:
    """Keep the days after an entry, as they were summed when there were so many rebuilds."""
    rows = [(*place, persons) for place, persons in daily.items() if persons]
    row = land, sequence, rebuilds, len(rows), msgspec.json.encode(rows)
    await insert(tx, DAY_SNAPSHOTS, [row])


async def list_kept(tx: Connection, land: Land) -> set[int]:
    """Every entry after which the days are kept."""
    return {row["sequence"] for row in await tx.fetch(KEPT, land)}


async def load_days(tx: Connection, land: Land, sequence: int) -> Sums:
    """The days that were kept after an entry; none where nothing was."""
    rows = _DAYS.decode(await tx.fetchval(DAYS, land, sequence) or b"[]")
    return {(unit, programme, day): persons for unit, programme, day, persons in rows}
