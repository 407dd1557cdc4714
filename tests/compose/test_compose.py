"""The main job in containers: submitted, counted, alerted, whatever container is killed."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.compose.engine import Composed, composed, engine
from tests.compose.journey import PERSONS, asked, submit, total
from tests.eventually import eventually

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
KILLED = ("admissions", "quota", "notifications", "kafka", "postgres", "proxy")
OURS = ("admissions", "quota", "notifications")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    with engine() as reach, composed(reach, tmp_path_factory.mktemp("try")) as running:
        running.up("--build")
        yield running


def test_a_placement_reaches_the_coordination(project: Composed) -> None:
    async def is_mailed() -> bool:
        return any((project.folder / "mails").glob("*.eml"))

    asked(project, submit)
    asyncio.run(eventually(is_mailed, within=30, because="the coordination has a mail"))


def test_the_readme_leads_to_the_first_alert(project: Composed) -> None:
    told = project.compose("exec", "-T", "issuer", "python", "-m", "deploy.first_alert")
    assert "own-placement" in told


def test_nothing_is_lost_whatever_container_is_killed(project: Composed) -> None:
    before = int(asked(project, total))
    for service in KILLED:
        project.compose("kill", service)
        project.up()
        asked(project, submit)
    assert int(asked(project, total)) == before + PERSONS * len(KILLED)


def test_data_survives_down(project: Composed) -> None:
    before = asked(project, total)
    project.compose("down", "--timeout", "20")
    project.up()
    assert asked(project, total) == before


@pytest.mark.parametrize("service", [*OURS, "reconciliation"])
def test_our_containers_may_nothing_that_they_need_not(project: Composed, service: str) -> None:
    told = project.inspected(service)
    host, config = told["HostConfig"], told["Config"]
    assert isinstance(host, dict)
    assert isinstance(config, dict)
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert config["User"] == "10001:10001"
    assert not host["PortBindings"]


LEFT = (
    "import os; print(*(n for p in os.get_exec_path() if os.path.isdir(p) for n in os.listdir(p)))"
)
TOOLS = {"sh", "bash", "dash", "gcc", "cc", "ld", "make", "apt", "apt-get", "dpkg", "pip", "pip3"}
TOOLS |= {"perl", "curl", "wget", "tar", "cp", "cat", "mount", "su", "login", "passwd", "chmod"}


@pytest.mark.parametrize("service", OURS)
def test_our_image_holds_no_shell_no_compiler_and_no_installer(
    project: Composed, service: str
) -> None:
    programs = set(project.compose("exec", "-T", service, "python", "-c", LEFT).split())
    assert "python" in programs
    assert not programs & TOOLS
    found = "import importlib.util as u; print(u.find_spec('pip'), u.find_spec('ensurepip'))"
    told = project.compose("exec", "-T", service, "python", "-c", found)
    assert told.split() == ["None", "None"]
