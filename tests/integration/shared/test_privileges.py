"""Least privilege: what each role may do in the real database is what the file says, no more."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from deploy.privileges import ROLES, load_privileges, written_privileges
from embedded.database import ROLES as ROLES_FILE
from shared.postgres import OwnConnection, connect
from tests.integration.servers import OwnDatabase

pytestmark = pytest.mark.asyncio
APPEND_ONLY = (
    *("admissions.entries", "admissions.imports", "quota.definitions", "quota.crossings"),
    *("quota.reconciliations", "quota.repairs", "notifications.attempts"),
    *(f"{role}.{table}" for role in ROLES for table in ("audit_log", "audit_head", "audit_inbox")),
)
CHANGING = ("UPDATE", "DELETE")
NEVER = ("TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN", "CREATE", "TEMPORARY", "SUPERUSER")
OVERSTEPPING = (
    "CREATE TABLE mine (a int)",
    "CREATE TEMPORARY TABLE mine (a int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql RETURN 1",
    "SET ROLE postgres",
    "SELECT pg_read_file('postgresql.conf')",
    "COPY (SELECT 1) TO PROGRAM 'cat'",
    "SELECT count(*) FROM pg_authid",
)


@pytest_asyncio.fixture
async def owner(database: OwnDatabase) -> AsyncIterator[OwnConnection]:
    """The owner of a database as it is installed: a clone of one has none of its own rights."""
    tx = await connect(database.admin_url, None, "privileges")
    await tx.execute(ROLES_FILE.read_text(encoding="utf-8"))
    yield tx
    await tx.close()


@pytest.mark.promise(29)
async def test_every_role_may_do_what_the_file_says_and_nothing_else(owner: OwnConnection) -> None:
    found, written = set(await load_privileges(owner)), set(written_privileges())
    assert found - written == set(), "may be done and is not in the file"
    assert written - found == set(), "is in the file and may not be done"


async def test_a_role_that_may_do_more_is_seen(owner: OwnConnection) -> None:
    before = set(await load_privileges(owner))
    await owner.execute("GRANT TRUNCATE ON admissions.entries TO PUBLIC")
    await owner.execute("GRANT UPDATE (hash) ON admissions.entries TO quota")
    more = set(await load_privileges(owner)) - before
    assert {(one.role, one.verbs) for one in more} == {
        ("admissions", "SELECT INSERT TRUNCATE"),
        ("notifications", "TRUNCATE"),
        ("quota", "UPDATE(hash) TRUNCATE"),
    }


async def test_the_file_lets_nobody_change_the_past_or_reach_another_service() -> None:
    for one in written_privileges():
        verbs = one.verbs.replace("(", " ").split()
        assert not set(NEVER) & set(verbs), one
        assert one.name.split(".")[0] in {one.role, "this", "itself"}, one
        if one.name in APPEND_ONLY:
            assert not set(CHANGING) & set(verbs), one


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize("role", ROLES)
async def test_no_role_oversteps(database: OwnDatabase, role: str) -> None:
    async with database.pool(role) as pool:
        for statement in OVERSTEPPING:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await pool.execute(statement)
