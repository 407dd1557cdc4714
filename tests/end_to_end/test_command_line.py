"""The command line beside a running system: whatever the tests before did, the books agree."""

import asyncio
import json
import os
import subprocess
import sys

import pytest

from tests.end_to_end.own_system import ROOT
from tests.end_to_end.placements import record
from tests.end_to_end.system import Json, System

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def run(system: System, *words: str) -> tuple[int, Json]:
    """A command on the machine of the system: exit code and document."""
    if not system.processes():
        pytest.skip("the system runs elsewhere: in containers its own command line is used")
    home = {"HAFENLOTSE_HOME": str(system.access_file.parent)}
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "hafenlotse", *words, "--json"],
        cwd=ROOT,
        env=os.environ | home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


async def test_all_services_are_ready_and_no_land_is_held(system: System) -> None:
    code, document = await run(system, "status")
    assert code == 0, document
    assert all(state["ready"] for state in document["services"].values())


async def test_what_was_recorded_counted_and_told_agrees(system: System) -> None:
    await record(system.city("01001"), unit="01001")
    code, document = await run(system, "reconcile", "--wait", "30")
    assert code == 0, document
    [land] = [one for one in document["lands"] if one["land"] == "01"]
    assert land["checks"]["chain"]["compared"] > 0


async def test_the_chain_is_intact(system: System) -> None:
    await record(system.city("01001"), unit="01001")
    code, document = await run(system, "verify")
    assert code == 0, document


async def test_every_topic_has_a_relay_that_leads(system: System) -> None:
    code, document = await run(system, "relay")
    assert code == 0, document
    assert [topic["topic"] for topic in document["topics"]] == ["placements.v1", "crossings.v1"]
