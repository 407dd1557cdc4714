"""The main job in containers: submitted, counted, alerted, whatever container is killed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import httpx
import pytest

from tests.compose.engine import Composed, composed, engine
from tests.end_to_end.placements import record
from tests.end_to_end.system import System
from tests.eventually import eventually

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
T = TypeVar("T")
KILLED = ("admissions", "quota", "notifications", "kafka", "postgres", "proxy")
OURS = ("admissions", "quota", "notifications")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    with engine() as reach, composed(reach, tmp_path_factory.mktemp("try")) as running:
        running.up("--build")
        yield running


def asked(project: Composed, ask: Callable[[System], Awaitable[T]]) -> T:
    """What a conversation with the running system gives."""

    async def converse() -> T:
        async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
            return await ask(System(project.access, http))

    return asyncio.run(converse())


async def submit(system: System) -> int:
    """One city takes in many people, which moves it over; the entry's number."""
    placed = await record(system.city("01004"), unit="01004", programme="asylum", persons=40)
    sequence: int = placed.json()["sequence"]

    async def is_counted() -> bool:
        board = await system.coordination.seen("/quota/v1/quotas/sh-regular/balances")
        return bool(board["as_of"]["sequence"] >= sequence)

    async def is_alerted() -> bool:
        crossings = await system.coordination.listed("/quota/v1/quotas/sh-regular/crossings")
        alerts = await system.coordination.listed("/notifications/v1/alerts")
        known = {one["crossing"] for one in alerts}
        return {f"01:{one['sequence']}" for one in crossings} <= known and bool(crossings)

    await eventually(is_counted, within=60, because=f"entry {sequence} is counted")
    await eventually(is_alerted, within=60, because="every crossing has its alert")
    return sequence


async def total(system: System) -> str:
    board = await system.coordination.seen("/quota/v1/quotas/sh-regular/balances")
    credited: str = board["total"]["exact"]
    return credited


def test_a_placement_reaches_the_coordination(project: Composed) -> None:
    asked(project, submit)
    assert list((project.folder / "mails").glob("*.eml"))


def test_nothing_is_lost_whatever_container_is_killed(project: Composed) -> None:
    before = int(asked(project, total))
    for service in KILLED:
        project.compose("kill", service)
        project.up()
        asked(project, submit)
    assert int(asked(project, total)) == before + 40 * len(KILLED)


def test_data_survives_down(project: Composed) -> None:
    before = asked(project, total)
    project.compose("down", "--timeout", "20")
    project.up()
    assert asked(project, total) == before


@pytest.mark.parametrize("service", OURS)
def test_our_containers_may_nothing_that_they_need_not(project: Composed, service: str) -> None:
    told = project.inspected(service)
    host, config = told["HostConfig"], told["Config"]
    assert isinstance(host, dict)
    assert isinstance(config, dict)
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert config["User"] == "10001:10001"
    assert not host["PortBindings"]
