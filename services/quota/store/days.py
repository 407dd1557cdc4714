"""People of a Land by unit, programme and day: summed now and then, the rest from the entries."""

from services.quota.domain.postings import Entry
from services.quota.store.day_snapshots import Sums, list_kept, load_days
from services.quota.store.entries import entries_between
from services.quota.store.positions import load_position, lock_position
from shared.codes import Land
from shared.postgres import Connection

SUM_AFTER = 5_000
"""Whoever asks for the days adds up to so many entries: some 10 ms."""
SUMMED = "SELECT summed FROM positions WHERE land = $1"
SET_SUMMED = "UPDATE positions SET summed = $2 WHERE land = $1"
DUE = "SELECT land FROM positions WHERE sequence - summed >= $1 ORDER BY land"
DAYS = "SELECT unit, programme, effective_on, persons FROM daily_sums WHERE land = $1"
ADD = """
    INSERT INTO daily_sums (land, unit, programme, effective_on, persons)
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::date[], $5::bigint[])
    ON CONFLICT (land, unit, programme, effective_on)
    DO UPDATE SET persons = daily_sums.persons + excluded.persons
"""


async def load_daily(tx: Connection, land: Land) -> Sums:
    """The sums of all entries applied so far; `tx` locks the Land or is a snapshot."""
    return await load_daily_at(tx, land, (await load_position(tx, land)).sequence)


async def load_daily_at(tx: Connection, land: Land, sequence: int) -> Sums:
    """The sums after an entry, from what is summed, what is kept or nothing: what is nearest."""
    summed: int = await tx.fetchval(SUMMED, land)
    places = {0, summed, *await list_kept(tx, land)}
    start = min(places, key=lambda place: abs(place - sequence))
    if start == summed:
        sums = {row[:3]: row["persons"] for row in await tx.fetch(DAYS, land)}
    else:
        sums = await load_days(tx, land, start)
    return await _sum(tx, land, start, sequence, sums)


async def list_due(tx: Connection, after: int) -> list[Land]:
    """The Länder of which so many entries are not summed."""
    return [row["land"] for row in await tx.fetch(DUE, after)]


async def sum_days(tx: Connection, land: Land, at_most: int = SUM_AFTER) -> None:
    """Sum the next entries, while nobody else moves the Land."""
    await lock_position(tx, land)
    summed: int = await tx.fetchval(SUMMED, land)
    until = min(summed + at_most, (await load_position(tx, land)).sequence)
    sums = await _sum(tx, land, summed, until, {})
    rows = sorted((*place, persons) for place, persons in sums.items() if persons)  # as indexed
    if rows:
        await tx.execute(ADD, land, *map(list, zip(*rows, strict=True)))
    await tx.execute(SET_SUMMED, land, until)


async def _sum(tx: Connection, land: Land, start: int, end: int, sums: Sums) -> Sums:
    """Add the entries between two places, or take them away where the end is before the start."""
    sign, low, high = (1, start, end) if start <= end else (-1, end, start)
    async for entry in entries_between(tx, land, low, high):
        _add(sums, entry, sign)
    return sums


def _add(sums: Sums, entry: Entry, sign: int) -> None:
    for posting in entry.postings:
        place = (posting.unit, posting.programme, posting.effective_on)
        sums[place] = sums.get(place, 0) + sign * posting.persons
