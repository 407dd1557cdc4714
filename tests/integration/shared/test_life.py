"""A process lives through outages of PostgreSQL, and its exit code says how it ended."""

import asyncio
import itertools
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from access.reach import EVERYWHERE
from embedded.postgres import PostgresServer
from tests.eventually import eventually
from tests.integration.servers import OwnDatabase, make_template
from tests.integration.shared.conftest import make_table
from tests.integration.shared.freezing import frozen
from tests.integration.shared.issuers import IssuerInTest
from tests.integration.shared.processes import Notes, notes_process
from tests.sizes import sized

pytestmark = pytest.mark.asyncio
NOBODY = "postgresql://quota@127.0.0.1:9/hafenlotse"
STOPPED_WITHIN = 8.0


@pytest_asyncio.fixture
async def own_database(own_postgres: PostgresServer) -> AsyncIterator[OwnDatabase]:
    """A database on a server that a test may stop."""
    async with (await make_template(own_postgres)).clone() as own:
        await make_table(own)
        yield own
        await asyncio.to_thread(own_postgres.start)


@pytest.mark.promise(9)
async def test_without_postgresql_a_process_lives_and_says_what_it_waits_for(
    issuer: IssuerInTest, tmp_path: Path
) -> None:
    async with notes_process(NOBODY, "", issuer, tmp_path) as notes:
        assert await notes.health("live") == (200, {"alive": True})
        status, said = await notes.health("ready")
        assert (status, said["ready"]) == (503, False)
        assert "PostgreSQL" in said["waits_for"][0]
        refused = await notes.write("early")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert refused.json()["type"] == "/quota/problems/unavailable"
        notes.process.send_signal(signal.SIGTERM)
        assert await notes.exit_code(within=STOPPED_WITHIN) == 0


async def test_a_process_waits_until_its_role_has_a_password(
    database: OwnDatabase, issuer: IssuerInTest, tmp_path: Path
) -> None:
    async with notes_process(database.url("quota"), "wrong", issuer, tmp_path) as notes:
        await eventually(
            lambda: notes.log.read_text(encoding="utf-8").count("waiting for PostgreSQL") >= 2,
            within=10,
            because="it tries again",
        )
        assert (await notes.health("ready"))[0] == 503
        assert notes.process.returncode is None


@pytest.mark.promise(9)
async def test_an_outage_of_postgresql_is_told_within_two_seconds_and_passes(
    own_database: OwnDatabase, issuer: IssuerInTest, tmp_path: Path
) -> None:
    password, server = own_database.passwords["quota"], own_database.server
    async with notes_process(own_database.url("quota"), password, issuer, tmp_path) as notes:
        await notes.becomes_ready()
        assert (await notes.write("before")).status_code == 201
        await asyncio.to_thread(server.kill)
        async with asyncio.timeout(2):
            status, said = await notes.health("ready")
        assert (status, "PostgreSQL" in said["waits_for"][0]) == (503, True)
        assert (await notes.write("during", "key")).status_code == 503
        assert (await notes.health("live"))[0] == 200
        await asyncio.to_thread(server.start)
        await notes.becomes_ready(within=10)
        assert (await notes.write("during", "key")).status_code == 201
        assert await notes.count("during") == 1


@pytest.mark.promise(9)
async def test_postgresql_that_hangs_is_told_within_two_seconds(
    own_database: OwnDatabase, issuer: IssuerInTest, tmp_path: Path
) -> None:
    password = own_database.passwords["quota"]
    async with notes_process(own_database.url("quota"), password, issuer, tmp_path) as notes:
        await notes.becomes_ready()
        with frozen(own_database.server.folder):
            for _ in range(3):
                async with asyncio.timeout(2):
                    assert (await notes.health("ready"))[0] == 503
        await notes.becomes_ready(within=10)


@pytest.mark.promise(17)
async def test_a_stop_is_orderly_and_finishes_open_requests(
    database: OwnDatabase, issuer: IssuerInTest, tmp_path: Path
) -> None:
    await make_table(database)
    url, password = database.url("quota"), database.passwords["quota"]
    async with notes_process(url, password, issuer, tmp_path) as notes:
        await notes.becomes_ready()
        writing = asyncio.create_task(notes.write("last", seconds=0.5))
        await notes.count("another")
        notes.process.send_signal(signal.SIGTERM)
        assert (await writing).status_code == 201
        assert await notes.exit_code(within=STOPPED_WITHIN) == 0


@pytest.mark.promise(17)
@pytest.mark.timeout(sized(60, 1800))
async def test_a_stop_under_load_answers_everything_that_it_did(
    database: OwnDatabase, issuer: IssuerInTest, tmp_path: Path
) -> None:
    await make_table(database)
    url, password = database.url("quota"), database.passwords["quota"]
    accepted: list[str] = []
    for number in range(sized(1, 100)):
        so_far = len(accepted)
        async with notes_process(url, password, issuer, tmp_path) as notes:
            await notes.becomes_ready()
            writers = [
                asyncio.create_task(write_on(notes, f"{number}-{writer}", accepted))
                for writer in range(4)
            ]
            await more_than(accepted, so_far + 20)
            notes.process.send_signal(signal.SIGTERM)
            assert await notes.exit_code(within=STOPPED_WITHIN) == 0
            await asyncio.gather(*writers)
    async with database.pool("quota", reach=EVERYWHERE) as pool:
        stored = [row["said"] for row in await pool.fetch("SELECT said FROM notes")]
    assert sorted(stored) == sorted(accepted)


async def more_than(accepted: list[str], count: int) -> None:
    """Wait until more than so many were accepted."""
    await eventually(lambda: len(accepted) > count, within=20, because="all write")


async def write_on(notes: Notes, name: str, accepted: list[str]) -> None:
    """Write one note after the other until nobody answers any more."""
    with suppress(httpx.TransportError):
        for number in itertools.count():
            answer = await notes.write(f"{name}-{number}")
            if answer.status_code == 201:
                accepted.append(f"{name}-{number}")
            else:
                assert answer.status_code == 503


@pytest.mark.promise(9)
@pytest.mark.parametrize(
    ("environment", "said"), [({}, "told to"), ({"NOTES_STRAY": "1"}, "nobody asked for it")]
)
async def test_a_process_whose_job_died_ends_with_a_failure(
    database: OwnDatabase,
    issuer: IssuerInTest,
    tmp_path: Path,
    environment: dict[str, str],
    said: str,
) -> None:
    url, password = database.url("quota"), database.passwords["quota"]
    async with notes_process(url, password, issuer, tmp_path, **environment) as notes:
        await notes.becomes_ready()
        assert (await notes.request("DELETE", "/quota/v1/notes")).status_code == 204
        assert await notes.exit_code(within=STOPPED_WITHIN) == 1
        assert said in notes.log.read_text(encoding="utf-8")


async def test_a_condition_that_is_not_met_is_told(
    database: OwnDatabase, issuer: IssuerInTest, tmp_path: Path
) -> None:
    url, password = database.url("quota"), database.passwords["quota"]
    async with notes_process(url, password, issuer, tmp_path, NOTES_WAIT="1") as notes:

        async def told() -> bool:
            return bool((await notes.health("ready"))[1]["waits_for"] == ["the test lets it wait"])

        await eventually(told, within=10, because="PostgreSQL is there, and this is not")
