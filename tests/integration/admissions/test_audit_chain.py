"""The audit log: numbered whatever the order of the commits, chained, and nothing in it changes."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.record import Outcome, Record
from audit.store.records import Head, chain, insert_records, load_head, read_after
from audit.verification import verify
from shared.contracts.ledger import hash_of
from tests.integration.admissions.service import AUDIT, Admissions
from tests.integration.servers import OwnDatabase
from tests.sizes import sized
from tests.tampering import Chained

pytestmark = pytest.mark.asyncio
LOG = Chained(
    "audit_log",
    "number",
    {
        "at": "at + interval '1 microsecond'",
        "actor": "coalesce(actor, '') || 'x'",
        "roles": "roles || 'operator'::text",
        "act": "act || '/'",
        "thing": "coalesce(thing, '') || '1'",
        "outcome": "CASE outcome WHEN 'done' THEN 'failed' ELSE 'done' END",
        "reason": "coalesce(reason, '') || '-'",
        "request": "NULL",
        "previous_hash": "repeat('1', 64)",
        "hash": "repeat('2', 64)",
    },
)
AN_INSTANT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


PLAIN = Record(
    at=AN_INSTANT,
    actor="city-01001",
    roles=("city",),
    act="POST /admissions/v1/placements",
    thing=None,
    outcome=Outcome.DONE,
)


def a_record(**changes: Any) -> Record:
    return replace(PLAIN, **changes)


async def fill(admissions: Admissions) -> None:
    """Some changes, refusals and reads."""
    for _ in range(4):
        placement = await admissions.flensburg.record()
        await admissions.flensburg.change(placement, "corrections", persons=5)
        await admissions.city("01002").change(placement, "withdrawal")
        await admissions.audit()


async def verification(admissions: Admissions) -> dict[str, Any]:
    return dict((await admissions.auditor.get(f"{AUDIT}/verification")).json())


@pytest.mark.promise(15)
async def test_whatever_is_altered_in_the_audit_log_is_found(admissions: Admissions) -> None:
    await fill(admissions)
    async with admissions.as_owner() as tx:
        assert (await verify(tx)).first_broken is None
        async for what in LOG.tampered(tx, seed=15, times=sized(100, 1000)):
            assert (await verify(tx)).first_broken is not None, what
        assert (await verify(tx)).first_broken is None


async def test_a_tail_cut_together_with_the_head_shows_while_the_service_remembers_it(
    admissions: Admissions,
) -> None:
    await fill(admissions)
    async with admissions.as_owner() as tx, tx.transaction():
        await tx.execute("SET session_replication_role = replica")
        await tx.execute("LOCK audit_head")
        await tx.execute("DELETE FROM audit_log WHERE number > 3")
        await tx.execute(
            "UPDATE audit_head SET (number, hash) = (SELECT number, hash FROM audit_log"
            " WHERE number = 3)"
        )
        assert (await verify(tx)).first_broken is None
    assert not (await verification(admissions))["intact"]
    await fill(admissions)
    await fill(admissions)
    assert not (await verification(admissions))["intact"]


async def test_an_end_that_was_written_anew_shows_to_whoever_remembers_another(
    admissions: Admissions,
) -> None:
    await fill(admissions)
    async with admissions.as_owner() as tx:
        head = await load_head(tx)
        assert (await verify(tx, head)).first_broken is None
        assert (await verify(tx, Head(2, "0" * 64))).first_broken == 2
        assert (await verify(tx, Head(head.number + 9, head.hash))).first_broken == head.number + 1


FORBIDDEN = (
    "UPDATE audit_log SET actor = NULL",
    "DELETE FROM audit_log",
    "TRUNCATE audit_log",
    "INSERT INTO audit_log SELECT * FROM audit_log",
    "UPDATE audit_head SET number = 0",
    "DELETE FROM audit_head",
    "INSERT INTO audit_head (number, hash) VALUES (0, repeat('0', 64))",
    "SELECT count(*) FROM audit_inbox",
    "UPDATE audit_inbox SET actor = NULL",
    "DELETE FROM audit_inbox",
    "TRUNCATE audit_inbox",
    "ALTER TABLE audit_log DISABLE TRIGGER ALL",
    "SET session_replication_role = replica",
)


async def test_the_service_can_only_add_to_it(admissions: Admissions) -> None:
    await fill(admissions)
    async with admissions.own.pool("admissions") as pool:
        for statement in FORBIDDEN:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await pool.execute(statement)


MISTAKES = (
    "UPDATE audit_log SET actor = NULL",
    "DELETE FROM audit_log WHERE number = 1",
    "TRUNCATE audit_log",
    "UPDATE audit_inbox SET actor = NULL",
    "TRUNCATE audit_inbox",
)


async def test_not_even_its_owner_changes_it_by_mistake(admissions: Admissions) -> None:
    await fill(admissions)
    async with admissions.as_owner() as tx:
        for statement in MISTAKES:
            with pytest.raises(asyncpg.RaiseError):
                await tx.execute(statement)


async def test_what_is_committed_late_is_numbered_late_and_never_passed_over(
    database: OwnDatabase,
) -> None:
    async with (
        database.pool("admissions") as pool,
        pool.acquire() as slow,
        pool.acquire() as quick,
    ):
        late = slow.transaction()
        await late.start()
        await insert_records(slow, [a_record(thing="late")])
        await insert_records(quick, [a_record(thing="early")])
        await chain(quick)
        await late.commit()
        await chain(quick)
        found = await read_after(quick, 0, 10)
    assert [(one["number"], one["on"]) for one in found] == [(1, "early"), (2, "late")]


async def test_what_is_rolled_back_leaves_no_row_and_no_gap(database: OwnDatabase) -> None:
    async with database.pool("admissions") as pool, pool.acquire() as tx:
        for thing in ("1", "lost", "2"):
            trial = tx.transaction()
            await trial.start()
            await insert_records(tx, [a_record(thing=thing)])
            await (trial.rollback() if thing == "lost" else trial.commit())
        await chain(tx)
        found = await read_after(tx, 0, 10)
    assert [(one["number"], one["on"]) for one in found] == [(1, "1"), (2, "2")]


async def test_many_who_number_at_once_make_one_chain(database: OwnDatabase) -> None:
    async with database.pool("admissions", size=8) as pool:

        async def write(name: int) -> None:
            for each in range(20):
                async with pool.acquire() as tx:
                    await insert_records(tx, [a_record(thing=f"{name}-{each}")] * 3)
                    await chain(tx)

        await asyncio.gather(*(write(name) for name in range(8)))
        async with pool.acquire() as tx:
            verdict = await verify(tx)
    assert (verdict.entries, verdict.first_broken) == (8 * 20 * 3, None)


TEXTS = st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


async def test_the_database_writes_rfc_8785_as_everybody_does(database: OwnDatabase) -> None:
    async with database.pool("admissions") as pool, pool.acquire() as tx:
        loop = asyncio.get_running_loop()
        records: list[Record] = []

        @settings(max_examples=300, suppress_health_check=list(HealthCheck), database=None)
        @given(TEXTS, TEXTS, st.lists(st.text(max_size=5)), st.datetimes())
        def draw(actor: str | None, thing: str | None, roles: list[str], at: datetime) -> None:
            shown = tuple(role.replace("\0", "") for role in roles)
            records.append(
                a_record(actor=actor, thing=thing, roles=shown, at=at.replace(tzinfo=UTC))
            )

        await loop.run_in_executor(None, draw)
        records = [one for one in records if one.at.year > 1000 and _is_storable(one)]
        await insert_records(tx, records)
        await chain(tx)
        found = await read_after(tx, 0, 1000)
    assert len(found) == len(records) > 100
    assert [hash_of(one) for one in found] == [one["hash"] for one in found]
    assert [(one["actor"], one["on"]) for one in found] == [
        (one.actor, one.thing) for one in records
    ]


def _is_storable(record: Record) -> bool:
    try:
        "".join(record.roles).encode()
    except UnicodeEncodeError:
        return False
    return True
