"""PostgreSQL of its own: what it promises after a kill, and what it never ends."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from embedded.account import Account, account_for_postgres, place_for
from embedded.child import Child, Command
from embedded.leftovers import find_left_overs
from embedded.postgres import PostgresServer, end_left_over, running_postgres

pytestmark = pytest.mark.asyncio


@pytest.fixture
def durable_postgres() -> Iterator[PostgresServer]:
    with running_postgres(durable=True) as server:
        yield server


async def ask(server: PostgresServer, *statements: str) -> object:
    """The first value of the last statement, as the server's owner."""
    tx = await asyncpg.connect(server.admin_url)
    try:
        return [await tx.fetchval(statement) for statement in statements][-1]
    finally:
        await tx.close()


async def test_what_was_committed_survives_a_kill(durable_postgres: PostgresServer) -> None:
    await ask(durable_postgres, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
    durable_postgres.kill()
    durable_postgres.start()
    assert await ask(durable_postgres, "SELECT n FROM kept") == 7


async def test_nothing_is_acknowledged_before_it_is_on_the_disk(
    durable_postgres: PostgresServer,
) -> None:
    for setting, value in (
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("password_encryption", "scram-sha-256"),
    ):
        assert await ask(durable_postgres, f"SHOW {setting}") == value


async def test_a_wrong_password_is_refused(postgres: PostgresServer) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres.url("postgres", "wrong", "postgres"))


async def test_two_servers_run_side_by_side(
    postgres: PostgresServer, own_postgres: PostgresServer
) -> None:
    assert postgres.port != own_postgres.port
    assert await ask(own_postgres, "SELECT 1") == await ask(postgres, "SELECT 1")


async def test_its_processes_carry_the_mark_of_their_folder(own_postgres: PostgresServer) -> None:
    assert find_left_overs(own_postgres.mark)
    own_postgres.stop()
    assert not find_left_overs(own_postgres.mark)


async def test_a_server_that_a_killed_run_left_is_ended(own_postgres: PostgresServer) -> None:
    end_left_over(own_postgres.data)
    assert not own_postgres.accepts()
    own_postgres.start()
    assert own_postgres.accepts()


async def test_a_stranger_with_the_noted_number_is_never_ended(tmp_path: Path) -> None:
    wait = Command("stranger", [sys.executable, "-c", "import signal; signal.pause()"])
    stranger = Child(wait, tmp_path / "stranger.log", "another folder", tmp_path)
    note = tmp_path / "postmaster.pid"
    note.write_text(f"{stranger.pid}\n{tmp_path}\n")
    try:
        end_left_over(tmp_path)
        assert not note.exists()
        assert stranger.exit_code is None
    finally:
        stranger.kill()


async def test_another_user_runs_it_where_root_may_not() -> None:
    account = account_for_postgres()
    state = Path(tempfile.gettempdir()) / "state"
    inside = place_for(account, None, state / "postgres", state.parent)
    assert inside == state / "postgres"
    wanted = place_for(account, Path("wanted"), state / "postgres", state.parent)
    assert wanted == Path("wanted")


async def test_a_closed_state_folder_sends_another_users_data_elsewhere(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    account = account_for_postgres()
    if not account.is_other:
        pytest.skip("this user runs PostgreSQL itself")
    place = place_for(account, None, closed / "postgres", closed)
    assert closed not in place.parents
    assert Account().can_enter(tmp_path)
