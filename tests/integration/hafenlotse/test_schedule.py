"""The job: it reconciles by itself, says what it found, and stops when it is told to."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.eventually import eventually
from tests.integration.hafenlotse.conftest import House
from tests.integration.processes import running_module

pytestmark = pytest.mark.asyncio
AT_ONCE = ("--first-minutes", "0")
RUNS = "SELECT actor, lands, entries, different, by_check FROM reconciliations ORDER BY number"


@asynccontextmanager
async def job(
    house: House, *words: str, **settings: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    environment, heard = os.environ | house.environment | settings, asyncio.subprocess.PIPE
    command = "hafenlotse.schedule", *words
    async with running_module(*command, env=environment, stderr=heard) as running:
        yield running


async def runs(house: House, number: int) -> list[Any]:
    async def found() -> list[Any]:
        rows = await house.fetch("quota", RUNS)
        return rows if len(rows) >= number else []

    rows: list[Any] = await eventually(found, within=30, because="the job keeps what it found")
    return rows


async def heard(running: asyncio.subprocess.Process, sentence: str) -> str:
    """What it said up to this sentence."""
    assert running.stderr is not None
    return (await running.stderr.readuntil(f"{sentence}\n".encode())).decode()


async def stopped(running: asyncio.subprocess.Process) -> str:
    """What it said until it ended in order."""
    running.send_signal(signal.SIGTERM)
    _, said = await running.communicate()
    assert running.returncode == 0
    return said.decode()


async def test_it_runs_again_and_again_and_says_so_in_numbers(house: House) -> None:
    async with job(house, *AT_ONCE, HAFENLOTSE_RECONCILE_HOURS="0.00001") as running:
        rows = await runs(house, 2)
        said = await stopped(running)
    assert rows[:2] == [("schedule", 16, 5, 0, {})] * 2
    assert "INFO    reconciliation" in said
    assert "16 Länder, 1 with entries, 5 entries in" in said
    assert ": 0 differences" in said


async def test_findings_are_errors_with_place_and_both_sides(house: House) -> None:
    await house.tamper("quota", "UPDATE daily_sums SET persons = 9 WHERE unit = '01002'")
    async with job(house, *AT_ONCE) as running:
        [row] = await runs(house, 1)
        said = await heard(running, "expected 8, found 9")
        await stopped(running)
    assert row == ("schedule", 16, 5, 1, {"days": 1})
    [summary, finding] = [line for line in said.splitlines() if "ERROR" in line]
    assert summary.endswith(": 1 differences (1 days)")
    assert finding.endswith("Land 01, days, 01002 safe-harbour 2023-05-01: expected 8, found 9")


async def test_it_lets_the_others_start_first(house: House) -> None:
    async with job(house) as running:
        assert running.stderr is not None
        first = (await running.stderr.readline()).decode()
        assert "first run in 5 min, then every 24 h" in first
        await stopped(running)
    assert await house.fetch("quota", RUNS) == []


async def test_what_can_not_be_reached_is_tried_again(house: House) -> None:
    nowhere = house.environment["HAFENLOTSE_DATABASE_URL"].rpartition("@")[0] + "@127.0.0.1:9/x"
    async with job(house, *AT_ONCE, HAFENLOTSE_DATABASE_URL=nowhere) as running:
        assert running.stderr is not None
        lines = [(await running.stderr.readline()).decode() for _ in range(2)]
        await stopped(running)
    assert "not reconciled, tried again later: PostgreSQL can't be reached" in lines[1]


async def test_a_setting_that_is_none_is_refused(house: House) -> None:
    async with job(house, HAFENLOTSE_RECONCILE_HOURS="often") as running:
        _, said = await running.communicate()
    assert running.returncode == 2
    assert "'--every-hours'" in said.decode()


async def test_status_shows_the_last_result(house: House) -> None:
    assert (await house.run("status", "--json")).document["reconciled"] is None
    await house.tamper("quota", "UPDATE daily_sums SET persons = 9 WHERE unit = '01002'")
    assert (await house.run("reconcile", "--wait", "0")).exit_code == 1
    last = (await house.run("status", "--json")).document["reconciled"]
    assert (last["actor"], last["entries"], last["different"]) == ("cli:anna", 5, 1)
    [line] = [line for line in (await house.run("status")).out.splitlines() if "cli:anna" in line]
    assert line.endswith("1 days")


async def test_nobody_can_change_what_was_found(house: House) -> None:
    assert (await house.run("reconcile", "--wait", "0")).exit_code == 0
    async with house.pools["quota"].acquire() as tx:
        may = await tx.fetchrow(
            "SELECT has_table_privilege('reconciliations', 'UPDATE') AS change,"
            " has_table_privilege('reconciliations', 'DELETE') AS remove"
        )
    assert dict(may or {}) == {"change": False, "remove": False}
