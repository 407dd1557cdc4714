"""A container engine, the one that is there or one that a script starts, and our system on it."""

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from embedded.ports import pick_port

ROOT = Path(__file__).parents[2]
IMAGES = "python postgres kafka caddy"
SETTING = "HAFENLOTSE_TEST_ENGINE"
"""Names a script with the commands up, env and down, for machines without an engine."""
ENGINE_SECONDS, COMPOSE_SECONDS = 900, 400


@contextmanager
def engine() -> Iterator[dict[str, str]]:
    """The environment that reaches an engine; without one the test is skipped, in CI it fails."""
    if _answers({}):
        yield {}
        return
    script = os.environ.get(SETTING, "")
    if not script or not Path(ROOT, script).exists():
        _give_up(f"no container engine answers, and {SETTING} names no script that starts one")
    path = str(Path(ROOT, script).resolve())
    was_up = _answers(_reaching(path))
    try:
        if not was_up:
            _run([path, "up"], {"DOCKER_UP_IMAGES": IMAGES}, ENGINE_SECONDS)
        yield _reaching(path)
    finally:
        if not was_up:
            _run([path, "down"], {}, 120)


def _give_up(why: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


def _answers(environment: Mapping[str, str]) -> bool:
    if shutil.which("docker", path=environment.get("PATH")) is None:
        return False
    asked = subprocess.run(
        ["docker", "info"], env=os.environ | environment, capture_output=True, check=False
    )
    return asked.returncode == 0


def _reaching(script: str) -> dict[str, str]:
    """What the script's `env` sets, which is written for a shell."""
    asked = 'eval "$("$0" env)" && env -0'
    told = subprocess.run(
        ["bash", "-c", asked, script], capture_output=True, text=True, check=True
    ).stdout
    named = dict(line.split("=", 1) for line in told.split("\0") if line)
    return {
        name: value
        for name, value in named.items()
        if name != "_" and os.environ.get(name) != value
    }


def _run(arguments: list[str], environment: Mapping[str, str], within: float) -> str:
    """What a command says; a script may go into a system where our temporary folder is not."""
    own = {name: value for name, value in os.environ.items() if name != "TMPDIR"}
    done = subprocess.run(
        arguments,
        cwd=ROOT,
        env={**own, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=within,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(arguments)}:\n{done.stdout[-4000:]}"
    return done.stdout


@dataclass(frozen=True)
class Composed:
    """compose.yaml as a project of its own, on ports, a network and volumes of its own."""

    environment: Mapping[str, str]
    folder: Path

    @property
    def access(self) -> Path:
        return self.folder / "access.json"

    def compose(self, *arguments: str) -> str:
        command = ["docker", "compose", "--profile", "try", *arguments]
        return _run(command, self.environment, COMPOSE_SECONDS)

    def docker(self, *arguments: str) -> str:
        """The engine itself, in the project's environment."""
        return _run(["docker", *arguments], self.environment, COMPOSE_SECONDS)

    def up(self, *more: str) -> None:
        """As the README says it, and once more where Docker trips over itself.

        A container on two networks is connected twice, and now and then the port of the first
        connection is not free yet (moby/moby#20486).
        """
        words = ["up", "-d", "--wait", *more]
        try:
            self.compose(*words)
        except AssertionError as failure:
            if "port is already allocated" not in str(failure):
                raise
            self.compose(*words)

    def kill_one(self, service: str) -> None:
        """One container of a service, the others of it live on."""
        first = self.compose("ps", "-q", service).split()[0]
        self.docker("kill", first)

    def inspected(self, service: str) -> dict[str, object]:
        """What the engine knows of a container."""
        container = self.compose("ps", "-a", "-q", service).strip()
        told: list[dict[str, object]] = json.loads(self.docker("inspect", container))
        return told[0]


@contextmanager
def composed(reach: Mapping[str, str], folder: Path) -> Iterator[Composed]:
    """The project, gone at the end with its volumes."""
    issuer, subnet = pick_port(), f"172.30.{100 + secrets.randbelow(100)}"
    environment = {
        **reach,
        "COMPOSE_PROJECT_NAME": f"hafenlotse-test-{secrets.token_hex(4)}",
        "HAFENLOTSE_TRY_DIR": str(folder),
        "HAFENLOTSE_ISSUER": f"http://127.0.0.1:{issuer}",
        "HAFENLOTSE_ISSUER_LISTEN": f"127.0.0.1:{issuer}",
        "HAFENLOTSE_OUTWARD_SUBNET": f"{subnet}.0/24",
        "HAFENLOTSE_WEBHOOK_ALLOWED": f"http://{subnet}.1:{pick_port()}",
    }
    port = pick_port()
    environment["HAFENLOTSE_LISTEN"] = f"127.0.0.1:{port}"
    environment["HAFENLOTSE_PUBLIC_ADDRESS"] = f"http://127.0.0.1:{port}"
    project = Composed(environment, folder)
    try:
        yield project
    finally:
        project.compose("down", "-v", "--timeout", "20")
