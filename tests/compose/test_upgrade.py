"""An upgrade is `up` again: migrations go forward, data and containers' ways stay."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.compose.engine import ROOT, Composed, composed, engine
from tests.compose.journey import PERSONS, asked, submit, total

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
THERE = "SELECT to_regclass('quota.upgraded') IS NOT NULL"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    with engine() as reach:
        with composed(reach, tmp_path_factory.mktemp("try")) as running:
            running.up("--build")
            yield running
        running.docker("image", "rm", "-f", next_image(running))


def next_image(project: Composed) -> str:
    return f"hafenlotse:{project.environment['COMPOSE_PROJECT_NAME']}"


def newer(project: Composed, folder: Path) -> Composed:
    """The same project on an image that has one migration more."""
    number = len(list(ROOT.glob("services/quota/migrations/*.sql"))) + 1
    name = f"{number:04d}_upgraded.sql"
    (folder / name).write_text("CREATE TABLE upgraded (at timestamptz);\n")
    (folder / "Dockerfile").write_text(
        f"FROM hafenlotse:local\nCOPY {name} services/quota/migrations/\n"
    )
    image = next_image(project)
    project.docker("build", "-q", "-t", image, str(folder))
    return replace(project, environment={**project.environment, "HAFENLOTSE_IMAGE": image})


def answer(project: Composed, question: str) -> str:
    """What PostgreSQL's owner is told."""
    psql = ("psql", "-U", "postgres", "-d", "hafenlotse", "-Atc", question)
    return project.compose("exec", "-T", "postgres", *psql).strip()


def test_up_again_upgrades_and_keeps_everything(project: Composed, tmp_path: Path) -> None:
    asked(project, submit)
    before = int(asked(project, total))
    assert answer(project, THERE) == "f"
    upgraded = newer(project, tmp_path)
    upgraded.up()
    assert answer(upgraded, THERE) == "t"
    assert int(asked(upgraded, total)) == before
    asked(upgraded, submit)
    assert int(asked(upgraded, total)) == before + PERSONS
    upgraded.up()  # once more changes nothing
    assert int(asked(upgraded, total)) == before + PERSONS
