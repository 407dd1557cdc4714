"""One Land's long ledger: on the topic as the relay sends it, and in the tables of admissions."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

import asyncpg

from access.kafka import KafkaPlace
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


@dataclass
class End:
    """Where the ledger ends."""

    entry: Entry
    event: bytes


async def write_long_ledger(station: Station, world: World, count: int) -> None:
    """Write so many entries of one Land, as if admissions had recorded and published them."""
    owner = station.own.server
    tx = await asyncpg.connect(owner.url(OWNER, owner.password, station.own.name))
    bootstrap, topic = station.servers.kafka.bootstrap, station.prefix + PLACEMENTS
    written = _events(world, count)
    end: End | None = None
    try:
        await tx.execute(TRUST)
        while chunk := list(islice(written, AT_ONCE)):
            await publish(bootstrap, topic, ((LAND, each.event) for each in chunk))
            await _copy(tx, [each.entry for each in chunk])
            end = chunk[-1]
        if end is not None:
            await _finish(tx, end, await load_cluster_id(KafkaPlace(bootstrap)))
    finally:
        await tx.close()


def _events(world: World, count: int) -> Iterator[End]:
    for entry in entries(world, count, lands=(LAND,)):
        yield End(entry, entry_event(entry))


async def _copy(tx: "asyncpg.Connection[asyncpg.Record]", ledger: Iterable[Entry]) -> None:
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


async def _finish(tx: "asyncpg.Connection[asyncpg.Record]", end: End, cluster: str) -> None:
    entry, event = end.entry, hashlib.sha256(end.event).hexdigest()
    sequence, at = entry["sequence"], datetime.fromisoformat(entry["recorded_at"])
    await tx.execute(MOVE, LAND, sequence, entry["hash"], at)
    await tx.execute(PUBLISHED, LAND, sequence, event, cluster, sequence - 1)
    await tx.execute(TIDY)
