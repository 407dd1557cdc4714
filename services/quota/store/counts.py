"""The running numbers of quotas."""

from collections.abc import Iterable, Mapping
from datetime import date

from services.quota.domain.counts import Counts
from services.quota.store.rows import Table, insert
from shared.codes import Ags, Land, QuotaCode, Standing
from shared.postgres import Connection

STANDINGS = {each.value: each for each in Standing}
SCALES = "SELECT quota, scale FROM scales WHERE quota = ANY($1::text[])"
UNITS = (
    "SELECT quota, unit, credited::text, standing FROM unit_counts WHERE quota = ANY($1::text[])"
)
TOTALS = "SELECT quota, starts, total FROM stretch_totals WHERE quota = ANY($1::text[])"

UNIT_COUNTS = Table(
    "unit_counts",
    {"land": "text", "quota": "text", "unit": "text", "credited": "numeric", "standing": "text"},
    "ON CONFLICT (quota, unit)"
    " DO UPDATE SET credited = excluded.credited, standing = excluded.standing",
)
STRETCH_TOTALS = Table(
    "stretch_totals",
    {"land": "text", "quota": "text", "starts": "date", "total": "numeric"},
    "ON CONFLICT (quota, starts) DO UPDATE SET total = excluded.total",
)
SET_SCALE = """
    INSERT INTO scales (land, quota, scale) VALUES ($1, $2, $3)
    ON CONFLICT (quota) DO UPDATE SET scale = excluded.scale
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
    for quota, unit, parts, standing in await tx.fetch(UNITS, names):
        credited[quota][unit] = int(parts)
        standings[quota][unit] = STANDINGS[standing]
    for quota, starts, parts in await tx.fetch(TOTALS, names):
        totals[quota][starts] = int(parts)
    return {
        quota: Counts(scale, credited[quota], totals[quota], standings[quota])
        for quota, scale in scales.items()
    }


async def restate(tx: Connection, land: Land, counts: Mapping[QuotaCode, Counts]) -> None:
    """Replace all that is stored of a Land's quotas."""
    for quota, each in counts.items():
        await tx.execute(SET_SCALE, land, quota, each.scale)
        await tx.execute(FORGET_UNITS, quota)
        await tx.execute(FORGET_TOTALS, quota)
        standings = each.standings
        units = [
            (land, quota, unit, credited, standings.get(unit, Standing.ON_QUOTA))
            for unit, credited in each.credited.items()
        ]
        await insert(tx, UNIT_COUNTS, units)
        await insert(tx, STRETCH_TOTALS, [(land, quota, *total) for total in each.totals.items()])
