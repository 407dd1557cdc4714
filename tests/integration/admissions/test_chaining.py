"""The ledger: gapless, chained, append-only, and verified against all that knows its end."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from access.reach import EVERYWHERE
from services.admissions.api.entering import record_all
from services.admissions.api.ledger import verify
from services.admissions.api.models import PlacementBody
from services.admissions.handlers.ledger import LedgerSource, outgoing
from shared.codes import Land, instant_text
from shared.contracts.envelopes import unwrap
from shared.contracts.ledger import read_head
from shared.postgres import transaction
from tests.integration.admissions.service import PLACEMENTS, Admissions, a_placement
from tests.model.ledger import faults_in, placements_in
from tests.sizes import sized
from tests.tampering import Chained

pytestmark = pytest.mark.asyncio

UNITS = ("01001", "01002", "01003", "01004")
IN_A_YEAR = datetime.now(UTC).replace(microsecond=5) + timedelta(days=365)


async def write(admissions: Admissions, unit: str) -> None:
    """Record, correct and withdraw, alone and in batches, as one city does."""
    city = admissions.city(unit)
    for persons in (1, 2):
        placement = await city.record(unit=unit)
        corrected = await city.change(placement, "corrections", persons=persons + 3)
        batch = {"placements": [a_placement(unit=unit, persons=n) for n in (1, 2, 3)]}
        assert (await city.post(f"{PLACEMENTS}/batch", batch)).status_code == 201
        if persons == 2:
            gone = await city.change(corrected.json(), "withdrawal")
            assert gone.status_code == 201


async def test_many_writers_make_one_gapless_chain(admissions: Admissions) -> None:
    await asyncio.gather(*(write(admissions, unit) for unit in UNITS * 2))
    ledger = await admissions.ledger()
    assert len(ledger) == len(UNITS) * 2 * 11
    assert faults_in(ledger) == []
    assert (await admissions.verification()) == {
        "entries": len(ledger),
        "head": {"sequence": len(ledger), "hash": ledger[-1]["hash"]},
        "intact": True,
        "first_broken": None,
    }


async def test_placements_stand_as_their_entries_say(admissions: Admissions) -> None:
    await write(admissions, "01001")
    listed = (await admissions.auditor.get(PLACEMENTS)).json()["items"]
    replayed = placements_in(await admissions.ledger())
    assert {placement["id"] for placement in listed} == set(replayed)
    for placement in listed:
        known = replayed[placement["id"]]
        assert (placement["status"], placement["sequence"]) == (known.status, known.sequence)
        if placement["status"] != "withdrawn":
            place = (placement["unit"], placement["programme"], placement["effective_on"])
            assert known.legs == {place: placement["persons"]}


async def test_an_empty_ledger_is_intact(admissions: Admissions) -> None:
    assert await admissions.verification() == {
        "entries": 0,
        "head": {"sequence": 0, "hash": "0" * 64},
        "intact": True,
        "first_broken": None,
    }


TAMPERINGS = {
    "UPDATE entries SET reason = 'late-report' WHERE sequence = 2": 2,
    "UPDATE entries SET recorded_at = now() - interval '1 year' WHERE sequence = 3": 3,
    "UPDATE entries SET postings = '[{\"persons\": 9.5}]' WHERE sequence = 1": 1,
    "UPDATE entries SET hash = repeat('0', 64) WHERE sequence = 4": 4,
    "UPDATE lands SET hash = repeat('1', 64) WHERE land = '01'": 4,
    "UPDATE lands SET sequence = 5 WHERE land = '01'": 5,
    "DELETE FROM entries WHERE sequence = 4": 4,
}


ENTRIES = Chained(
    "entries",
    "sequence",
    {
        "type": "CASE type WHEN 'recorded' THEN 'corrected' ELSE 'recorded' END",
        "placement": "gen_random_uuid()",
        "recorded_at": "recorded_at - interval '1 microsecond'",
        "corrects": "coalesce(corrects, 0) + 1000",
        "reason": "coalesce(reason, '') || '-'",
        "postings": "'[]'",
        "previous_hash": "repeat('1', 64)",
        "hash": "repeat('2', 64)",
    },
)


@pytest.mark.promise(15)
async def test_whatever_is_altered_in_the_ledger_is_found(admissions: Admissions) -> None:
    await write(admissions, "01001")
    async with admissions.as_owner() as tx:
        async for what in ENTRIES.tampered(tx, seed=15, times=sized(100, 1000)):
            assert (await verify(tx, Land("01"))).first_broken is not None, what
    assert (await admissions.verification())["intact"]


@pytest.mark.promise(15)
async def test_tampering_is_found_where_it_was_done(admissions: Admissions) -> None:
    placement = await admissions.flensburg.record()
    await admissions.flensburg.change(placement, "corrections", persons=4)
    for _ in range(2):
        await admissions.flensburg.record()
    async with admissions.as_owner() as tx:
        await tx.execute("ALTER TABLE placements DROP CONSTRAINT placements_land_sequence_fkey")
        for tampering, first_broken in TAMPERINGS.items():
            trial = tx.transaction()
            await trial.start()
            await tx.execute(tampering)
            assert (await verify(tx, Land("01"))).first_broken == first_broken, tampering
            await trial.rollback()
    assert (await admissions.verification())["intact"]


async def test_a_tail_cut_together_with_the_head_shows_by_what_was_published(
    admissions: Admissions,
) -> None:
    for _ in range(3):
        await admissions.flensburg.record()
    async with admissions.as_owner() as tx:
        await tx.execute("INSERT INTO relay_positions VALUES ('01', 3, 'digest', 'cluster', 2)")
        await tx.execute("DELETE FROM placements WHERE sequence = 3")
        await tx.execute("DELETE FROM entries WHERE sequence = 3")
        await tx.execute(
            "UPDATE lands SET (sequence, hash) = (SELECT sequence, hash FROM entries"
            " WHERE sequence = 2) WHERE land = '01'"
        )
    assert (await admissions.verification())["first_broken"] == 3


FORBIDDEN = (
    "UPDATE entries SET reason = 'late-report'",
    "DELETE FROM entries",
    "TRUNCATE entries",
    "DELETE FROM placements",
    "UPDATE placements SET recorded_at = now()",
    "DELETE FROM lands",
    "INSERT INTO lands (land) VALUES ('17')",
)


async def test_the_service_has_no_right_to_change_the_past(admissions: Admissions) -> None:
    async with admissions.own.pool("admissions") as pool:
        for statement in FORBIDDEN:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await pool.execute(statement)


COLUMNS = (
    "land, sequence, type, placement, recorded_at, corrects, reason, postings, previous_hash, hash"
)


async def copy_of_last_entry(tx: Any, **changes: str) -> None:
    """Insert the last entry again as the next, but for some columns given as expressions."""
    same = {name: name for name in COLUMNS.split(", ")}
    values = same | {"sequence": "sequence + 1"} | changes
    expressions = ", ".join(values.values())
    last = f"SELECT {expressions} FROM entries ORDER BY sequence DESC LIMIT 1"  # noqa: S608  # ours
    await tx.execute(f"INSERT INTO entries ({COLUMNS}) {last}")


NO_ENTRIES = (
    {"sequence": "sequence + 2"},
    {"sequence": "sequence"},
    {"type": "'moved'"},
    {"type": "'corrected'"},
    {"type": "'corrected'", "corrects": "1"},
    {"reason": "'typing-error'"},
    {"type": "'corrected'", "corrects": "9", "reason": "'typing-error'"},
    {"postings": "'[]'"},
    {"postings": "'[{\"persons\": 0}]'"},
    {"hash": "'x'"},
    {"previous_hash": "upper(repeat('a', 64))"},
)


async def test_what_is_no_entry_is_not_kept(admissions: Admissions) -> None:
    await admissions.flensburg.record()
    async with admissions.as_owner() as tx:
        for changes in NO_ENTRIES:
            with pytest.raises(asyncpg.IntegrityConstraintViolationError):
                await copy_of_last_entry(tx, **changes)
        await copy_of_last_entry(tx)
        assert await tx.fetchval("SELECT max(sequence) FROM entries") == 2


async def test_time_in_a_ledger_never_runs_backwards(admissions: Admissions) -> None:
    async with admissions.as_owner() as tx:
        await tx.execute("UPDATE lands SET last_instant = $1 WHERE land = '01'", IN_A_YEAR)
    placement = await admissions.flensburg.record()
    assert datetime.fromisoformat(placement["recorded_at"]) == IN_A_YEAR


async def test_what_is_announced_is_what_would_be_read_back(admissions: Admissions) -> None:
    """Byte for byte: by its bytes a relay knows what one before it has sent."""
    bodies = [PlacementBody.model_validate(a_placement(persons=persons)) for persons in (1, 2)]
    async with (
        admissions.own.pool("admissions", reach=EVERYWHERE) as pool,
        transaction(pool, EVERYWHERE) as tx,
    ):
        entered = await record_all(tx, [body.proposal() for body in bodies])
        read = await LedgerSource().read_after(tx, {Land("01"): 0}, 10)
    assert len(read) == 2
    assert list(map(outgoing, entered.entries)) == read


async def test_nothing_is_recorded_before_an_announced_head(admissions: Admissions) -> None:
    await admissions.flensburg.record()
    async with admissions.own.pool("admissions", reach=EVERYWHERE) as pool, pool.acquire() as tx:
        announced = await LedgerSource().announce(tx, Land("01"))
    assert announced is not None
    head = read_head(unwrap(announced.value))
    later = await admissions.flensburg.record()
    [entry, _] = await admissions.ledger()
    assert (head.sequence, head.hash) == (1, entry["hash"])
    assert entry["recorded_at"] <= instant_text(head.at) <= later["recorded_at"]
