"""Row-level security: which rows of each table a transaction may touch, from what it reaches."""

import csv
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import pytest
import pytest_asyncio

from access.reach import EVERYWHERE, NOWHERE, Reach, array_of
from deploy.privileges import FILE, ROLES, written_privileges
from shared.codes import land_of
from shared.postgres import Connection, OwnConnection, connect
from tests.integration.servers import OwnDatabase
from tests.integration.shared.rows import LABELS, OPEN, rows_of

pytestmark = pytest.mark.asyncio
REACH_FILE, OPEN_FILE = (FILE.with_name(name) for name in ("reach.csv", "without_reach.csv"))
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE")


class Scope(NamedTuple):
    """What a transaction says of itself."""

    reach: Reach
    clients: tuple[str, ...] = ()


SCOPES = {
    "nothing": Scope(NOWHERE),
    "own unit": Scope(frozenset({"01001"}), ("city-01001",)),
    "other unit": Scope(frozenset({"01002"}), ("city-01002",)),
    "own Land": Scope(frozenset({"01"}), ("coordination-01",)),
    "other Land": Scope(frozenset({"02"}), ("coordination-02",)),
    "all": Scope(EVERYWHERE),
}
MADE_BY_MIGRATIONS = ("admissions.lands", "quota.positions")
HEAD = ("table", "verb", *SCOPES)
SAY = "SELECT set_config('hafenlotse.reach', $1, true), set_config('hafenlotse.clients', $2, true)"
UNDER_POLICIES = """
    SELECT s.nspname || '.' || c.relname AS name, relrowsecurity AND relforcerowsecurity AS forced
      FROM pg_class AS c JOIN pg_namespace AS s ON s.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND s.nspname = ANY($1) AND c.relname <> 'migrations'
"""


class Undone(Exception):
    """Ends a trial, so that nothing of it stays."""


@pytest_asyncio.fixture
async def owner(database: OwnDatabase) -> AsyncIterator[OwnConnection]:
    tx = await connect(database.admin_url, None, "owner")
    yield tx
    await tx.close()


async def tables(owner: OwnConnection) -> Mapping[str, bool]:
    """Every table of the services, and whether its rows are under policies for everybody."""
    return {row["name"]: row["forced"] for row in await owner.fetch(UNDER_POLICIES, list(ROLES))}


def read(file: Path) -> list[tuple[str, ...]]:
    with file.open(encoding="utf-8", newline="") as written:
        return [tuple(row) for row in csv.reader(written)][1:]


def verbs_of(table: str) -> Iterable[tuple[str, str]]:
    """What its service's role may do with a table, and the first column where it may change it."""
    [found] = [one.verbs for one in written_privileges() if one.name == table] or [""]
    for verb in VERBS:
        if verb in found:
            columns = found.partition("UPDATE(")[2].partition(")")[0].split()
            yield verb, columns[0] if columns else "land"


async def fill(owner: OwnConnection, schema: str) -> None:
    """Put the rows of three units of two Länder into every table that is under policies."""
    await owner.execute(f"SET search_path = {schema}; SET session_replication_role = replica")
    for table, forced in (await tables(owner)).items():
        name = table.removeprefix(f"{schema}.")
        if forced and name != table and table not in MADE_BY_MIGRATIONS:
            for row in rows_of(name).values():
                await insert(owner, name, row)
    await owner.execute("SET session_replication_role = origin")


async def insert(tx: Connection, table: str, row: Mapping[str, Any]) -> None:
    columns = ", ".join(row)
    await tx.execute(
        f"INSERT INTO {table} ({columns}) SELECT {columns}"  # noqa: S608  # ours
        f" FROM json_populate_record(NULL::{table}, $1)",
        row,
    )


async def touched(tx: Connection, table: str, verb: str, column: str, scope: Scope) -> str:
    """Which rows a verb reaches, by their labels."""
    label = LABELS[table]
    statement = {
        "SELECT": f"SELECT {label} FROM {table}",  # noqa: S608  # ours
        "UPDATE": f"UPDATE {table} SET {column} = {column} RETURNING {label}",  # noqa: S608  # ours
        "DELETE": f"DELETE FROM {table} RETURNING {label}",  # noqa: S608  # ours
    }
    if verb == "INSERT":
        new = rows_of(table)
        found = [at for at, row in new.items() if await is_taken(tx, table, row, scope)]
    else:
        found = await trial(tx, statement[verb], scope)
    return " ".join(sorted(set(found) & set(rows_of(table))))  # of Länder there are more


async def trial(tx: Connection, statement: str, scope: Scope) -> list[str]:
    found: list[str] = []
    try:
        async with tx.transaction():
            await say(tx, scope)
            found = [row[0] for row in await tx.fetch(statement)]
            raise Undone
    except Undone:
        return found


async def is_taken(tx: Connection, table: str, row: Mapping[str, Any], scope: Scope) -> bool:
    """Whether policies let the row pass: they are asked before it shows that it is there."""
    trying = tx.transaction()
    await trying.start()
    try:
        await say(tx, scope)
        await insert(tx, table, row)
    except asyncpg.UniqueViolationError:
        return True
    except asyncpg.InsufficientPrivilegeError as refused:
        return "row-level security" not in str(refused)
    finally:
        await trying.rollback()
    return True


async def say(tx: Connection, scope: Scope) -> None:
    await tx.execute(SAY, array_of(scope.reach), f"{{{','.join(scope.clients)}}}")


@pytest.mark.promise(29)
async def test_each_scope_touches_the_rows_that_the_file_says_and_no_others(
    database: OwnDatabase, owner: OwnConnection
) -> None:
    found = []
    for role in ROLES:
        await fill(owner, role)
        forced = sorted(name for name, is_so in (await tables(owner)).items() if is_so)
        async with database.pool(role) as pool, pool.acquire() as tx:
            for table in (name for name in forced if name.startswith(f"{role}.")):
                for verb, column in verbs_of(table):
                    short = table.partition(".")[2]
                    cells = [
                        await touched(tx, short, verb, column, each) for each in SCOPES.values()
                    ]
                    found.append((table, verb, *cells))
    assert sorted(found) == sorted(read(REACH_FILE)), json.dumps(found)


async def test_a_table_without_policies_is_named_with_its_reason(owner: OwnConnection) -> None:
    without = {name for name, forced in (await tables(owner)).items() if not forced}
    assert without == {name for name, reason in read(OPEN_FILE) if len(reason) > 20}


async def test_whoever_says_nothing_sees_nothing() -> None:
    for table, verb, nothing, *_ in read(REACH_FILE):
        assert nothing == "" or (table, verb) in OPEN, (table, verb)


async def test_nobody_touches_what_is_not_in_reach() -> None:
    for table, verb, *cells in read(REACH_FILE):
        for scope, cell in zip(SCOPES.values(), cells, strict=True):
            for label in cell.split():
                is_own = label in scope.reach or label in scope.clients
                in_land = land_of(label) in {land_of(code) for code in scope.reach}
                assert is_own or in_land or (table, verb) in OPEN, (table, verb, label)


async def test_the_owner_is_bound_too(owner: OwnConnection) -> None:
    """As an owner that is no superuser: policies are for whoever owns the table, too."""
    await owner.execute("CREATE ROLE landlord; GRANT USAGE ON SCHEMA admissions TO landlord")
    try:
        await fill(owner, "admissions")
        await owner.execute("ALTER TABLE admissions.lands OWNER TO landlord")
        await owner.execute(
            "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA admissions TO landlord; SET ROLE landlord"
        )
        assert await owner.fetchval("SELECT count(*) FROM admissions.lands") == 0
        await owner.execute("SET row_security = off")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.fetchval("SELECT count(*) FROM admissions.lands")
    finally:
        await owner.execute("RESET ROLE; RESET row_security; DROP OWNED BY landlord CASCADE")
        await owner.execute("DROP ROLE landlord")
