"""Any process may be killed at any moment: nothing accepted is lost, nothing counts twice."""

import asyncio
import os
import signal

import pytest

from tests.end_to_end.load import Load, load_on
from tests.end_to_end.own_system import is_alive, standing_still
from tests.end_to_end.placements import UNITS, record
from tests.end_to_end.problems import problem
from tests.end_to_end.quotas import eventually_some
from tests.end_to_end.system import System
from tests.end_to_end.world import assert_world_agrees

pytestmark = pytest.mark.asyncio(loop_scope="session")

RESTART_SECONDS = 45
SERVICES = ("admissions", "quota", "notifications")


def pid_of(system: System, name: str) -> int:
    """The process, or the test is skipped: not every system says its processes."""
    processes = system.processes()
    if not processes:
        pytest.skip("access.json names no processes, so none can be killed")
    return processes[name]


async def restarted(system: System, name: str, killed: int) -> None:
    """Wait until the process runs again and all services are ready."""

    async def is_back() -> bool:
        pid = system.processes().get(name, killed)
        ready = [await system.ask("GET", f"/{service}/health/ready") for service in SERVICES]
        return pid != killed and is_alive(pid) and all(r.status_code == 200 for r in ready)

    await eventually_some(is_back, f"{name} runs again", RESTART_SECONDS)


def assert_refused_for_a_while(load: Load) -> None:
    """Whoever was not served was told so, and when to come again."""
    for answer in load.refused:
        slug = "in-flight" if answer.status_code == 409 else "unavailable"
        problem(answer, 409 if answer.status_code == 409 else 503, slug)
        assert int(answer.headers["Retry-After"]) >= 0


async def assert_all_counted(system: System, load: Load) -> None:
    expected = await assert_world_agrees(system)
    recorded = [e["placement"] for e in expected.entries if e["type"] == "recorded"]
    assert len(recorded) == len(set(recorded))
    assert set(load.accepted) <= set(recorded)
    assert len(load.accepted) == len(set(load.accepted))


@pytest.mark.parametrize("name", [*SERVICES, "kafka", "postgres"])
async def test_a_process_killed_under_load_loses_nothing_and_doubles_nothing(
    system: System, name: str
) -> None:
    pid = pid_of(system, name)
    async with load_on(system) as load:
        await eventually_some(lambda: len(load.accepted) >= 10, "the load runs")
        os.kill(pid, signal.SIGKILL)
        await restarted(system, name, pid)
        so_far = len(load.accepted)
        await eventually_some(lambda: len(load.accepted) >= so_far + 10, "the load runs on")
    assert_refused_for_a_while(load)
    await assert_all_counted(system, load)


@pytest.mark.promise(9)
async def test_a_service_that_stands_still_is_never_called_healthy(system: System) -> None:
    pids = [pid_of(system, name) for name in SERVICES]
    health = [f"/{service}/health/{kind}" for service in SERVICES for kind in ("live", "ready")]
    with standing_still(*pids):
        async with asyncio.timeout(2):
            answers = await asyncio.gather(*(system.ask("GET", path) for path in health))
    for answer in answers:
        problem(answer, 503, "unavailable")

    async def is_healthy() -> bool:
        asked = await asyncio.gather(*(system.ask("GET", path) for path in health))
        return {answer.status_code for answer in asked} == {200}

    await eventually_some(is_healthy, "what stood still goes on", RESTART_SECONDS)


async def test_placements_are_accepted_while_kafka_does_not_answer(system: System) -> None:
    with standing_still(pid_of(system, "kafka")):
        for unit in UNITS:
            await record(system.city(unit), unit=unit, programme="asylum")
    await assert_world_agrees(system)
