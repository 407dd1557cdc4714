"""The running numbers of quotas."""

from collections.abc import Iterable
from datetime import date

from services.quota.domain.counts import Changes, Counts
from shared.codes import Ags, QuotaCode, Standing
from shared.postgres import Connection

SCALES = "SELECT quota, scale FROM scales WHERE quota = ANY($1::text[])"
UNITS = "SELECT quota, unit, credited, standing FROM unit_counts WHERE quota = ANY($1::text[])"
TOTALS = "SELECT quota, starts, total FROM stretch_totals WHERE quota = ANY($1::text[])"

SET_SCALE = """
    INSERT INTO scales (quota, scale) VALUES ($1, $2)
    ON CONFLICT (quota) DO UPDATE SET scale = excluded.scale
"""
SET_UNITS = """
    INSERT INTO unit_counts (quota, unit, credited, standing)
    SELECT * FROM unnest($1::text[], $2::text[], $3::numeric[], $4::text[])
    ON CONFLICT (quota, unit)
    DO UPDATE SET credited = excluded.credited, standing = excluded.standing
"""
SET_TOTALS = """
    INSERT INTO stretch_totals (quota, starts, total)
    SELECT * FROM unnest($1::text[], $2::date[], $3::numeric[])
    ON CONFLICT (quota, starts) DO UPDATE SET total = excluded.total
"""
FORGET_UNITS = "DELETE FROM unit_counts WHERE quota = $1"
FORGET_TOTALS = "DELETE FROM stretch_totals WHERE quota = $1"


async def load_counts(tx: Connection, quotas: Iterable[QuotaCode]) -> dict[QuotaCode, Counts]:
    """The numbers of quotas; one without a scale has none yet."""
    names = list(quotas)
    scales = {row["quota"]: int(row["scale"]) for row in await tx.fetch(SCALES, names)}
    credited: dict[QuotaCode, dict[Ags, int]] = {quota: {} for quota in scales}
    standings: dict[QuotaCode, dict[Ags, Standing]] = {quota: {} for quota in scales}
    totals: dict[QuotaCode, dict[date, int]] = {quota: {} for quota in scales}
    for row in await tx.fetch(UNITS, names):
        credited[row["quota"]][row["unit"]] = int(row["credited"])
        standings[row["quota"]][row["unit"]] = Standing(row["standing"])
    for row in await tx.fetch(TOTALS, names):
        totals[row["quota"]][row["starts"]] = int(row["total"])
    return {
        quota: Counts(scale, credited[quota], totals[quota], standings[quota])
        for quota, scale in scales.items()
    }


async def save_counts(tx: Connection, changes: Changes) -> None:
    """Write what a batch or a definition changed."""
    for quota, counts in changes.restated.items():
        await _replace(tx, quota, counts)
    units, totals = changes.counts, changes.totals
    if units:
        await tx.execute(SET_UNITS, *map(list, zip(*units, strict=True)))
    if totals:
        await tx.execute(SET_TOTALS, *map(list, zip(*totals, strict=True)))


async def _replace(tx: Connection, quota: QuotaCode, counts: Counts) -> None:
    await tx.execute(SET_SCALE, quota, counts.scale)
    await tx.execute(FORGET_UNITS, quota)
    await tx.execute(FORGET_TOTALS, quota)
    units = list(counts.credited)
    standings = [counts.standings.get(unit, Standing.ON_QUOTA) for unit in units]
    credited = list(counts.credited.values())
    await tx.execute(SET_UNITS, [quota] * len(units), units, credited, standings)
    starts, totals = list(counts.totals), list(counts.totals.values())
    await tx.execute(SET_TOTALS, [quota] * len(starts), starts, totals)
