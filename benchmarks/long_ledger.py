"""One Land's long ledger: on the topic as the relay sends it, and in the tables of admissions."""

import asyncio
import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice

import asyncpg

from access.kafka import KafkaPlace
from benchmarks.beside import processes_beside
from benchmarks.ledgers import Entry, entries
from benchmarks.station import Station
from benchmarks.topic import publish
from benchmarks.world import World
from embedded.postgres import OWNER
from shared.contracts.ledger import entry_event
from shared.kafka import load_cluster_id
from shared.topics import PLACEMENTS

LAND = "01"
AT_ONCE = 20_000
COLUMNS = [
    *("land", "sequence", "type", "placement", "recorded_at", "corrects", "reason", "postings"),
    *("previous_hash", "hash"),
]
PLACED = [
    *("id", "land", "sequence", "status", "unit", "programme", "persons", "effective_on"),
    *("recorded_at", "units"),
]
# The keys of a good ledger hold: to look each of them up a million times would only take time.
TRUST = "SET session_replication_role = replica"
MOVE = "UPDATE admissions.lands SET sequence = $2, hash = $3, last_instant = $4 WHERE land = $1"
PUBLISHED = """
    INSERT INTO admissions.relay_positions (land, sequence, event, cluster, log_offset)
    VALUES ($1, $2, $3, $4, $5)
"""
TIDY = "ANALYZE admissions.entries, admissions.placements"


async def write_long_ledger(station: Station, world: World, count: int) -> None:
    """Write so many entries of one Land, as if admissions had recorded and published them.

    The topic and the tables are written beside each other, each of a ledger drawn anew.
    """
    owner, bootstrap = station.own.server, station.servers.kafka.bootstrap
    url = owner.url(OWNER, owner.password, station.own.name)
    with processes_beside(2) as processes:
        published = processes.submit(_publish, bootstrap, station.prefix, world, count)
        last = await asyncio.wrap_future(processes.submit(_copy, url, world, count))
        await asyncio.wrap_future(published)
    await _finish(url, last, await load_cluster_id(KafkaPlace(bootstrap)))


def _ledger(world: World, count: int) -> Iterator[Entry]:
    return entries(world, count, lands=(LAND,))


def _publish(bootstrap: str, prefix: str, world: World, count: int) -> None:
    events = ((LAND, entry_event(entry)) for entry in _ledger(world, count))
    asyncio.run(publish(bootstrap, prefix + PLACEMENTS, events))


def _copy(url: str, world: World, count: int) -> Entry:
    """Fill the tables; the last entry."""
    return asyncio.run(_copy_all(url, _ledger(world, count)))


async def _copy_all(url: str, ledger: Iterator[Entry]) -> Entry:
    tx = await asyncpg.connect(url)
    try:
        await tx.execute(TRUST)
        while chunk := list(islice(ledger, AT_ONCE)):
            await _copy_some(tx, chunk)
            last = chunk[-1]
    finally:
        await tx.close()
    return last


async def _copy_some(tx: "asyncpg.Connection[asyncpg.Record]", ledger: Iterable[Entry]) -> None:
    rows = [_row(entry) for entry in ledger]
    await tx.copy_records_to_table(
        "entries", schema_name="admissions", columns=COLUMNS, records=rows
    )
    placed = [_placed(row) for row in rows if row[2] == "recorded"]
    await tx.copy_records_to_table(
        "placements", schema_name="admissions", columns=PLACED, records=placed
    )


def _row(entry: Entry) -> tuple[object, ...]:
    at, postings = datetime.fromisoformat(entry["recorded_at"]), json.dumps(entry["postings"])
    changed = entry | {"recorded_at": at, "postings": postings}
    return tuple(changed[name] for name in COLUMNS)


def _placed(row: tuple[object, ...]) -> tuple[object, ...]:
    """A placement as it was recorded: what was corrected later is not followed here."""
    land, sequence, status, placement, at, *_ = row
    [posting] = json.loads(str(row[7]))
    day = date.fromisoformat(posting["effective_on"])
    what = posting["unit"], posting["programme"], posting["persons"], day
    return (placement, land, sequence, status, *what, at, [posting["unit"]])


async def _finish(url: str, last: Entry, cluster: str) -> None:
    event = hashlib.sha256(entry_event(last)).hexdigest()
    sequence, at = last["sequence"], datetime.fromisoformat(last["recorded_at"])
    tx = await asyncpg.connect(url)
    try:
        await tx.execute(MOVE, LAND, sequence, last["hash"], at)
        await tx.execute(PUBLISHED, LAND, sequence, event, cluster, sequence - 1)
        await tx.execute(TIDY)
    finally:
        await tx.close()
