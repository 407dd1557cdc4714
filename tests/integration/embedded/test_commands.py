"""The command line: whatever is in the way, one sentence says so, and nothing is left running."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.home import open_home
from embedded.leftovers import find_left_overs
from embedded.lock import lock_held
from embedded.ports import pick_port
from embedded.report import Reporter
from embedded.settings import ROOT


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def run(command: str, home: Path, **settings: str) -> tuple[int, str]:
    """Exit code and what was printed, on a port of its own unless told."""
    own = {"HAFENLOTSE_HOME": str(home), "HAFENLOTSE_GATEWAY_PORT": str(pick_port())}
    done = subprocess.run(
        [sys.executable, "-m", "embedded", command],
        cwd=ROOT,
        env=os.environ | own | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    return done.returncode, done.stdout + done.stderr


def assert_one_sentence(said: str, words: str) -> None:
    assert words in said
    assert "Traceback" not in said
    assert len([line for line in said.splitlines() if not line.startswith("starting")]) == 1


def test_a_taken_gateway_port_is_said_and_nothing_is_left(tmp_path: Path, taken_port: int) -> None:
    code, said = run("up", tmp_path / "state", HAFENLOTSE_GATEWAY_PORT=str(taken_port))
    assert code == 1
    assert_one_sentence(said, f"Port {taken_port} is taken by another program")
    assert "HAFENLOTSE_GATEWAY_PORT" in said
    assert not find_left_overs(str(tmp_path / "state"))


def test_a_taken_inner_port_is_said_with_its_setting(tmp_path: Path, taken_port: int) -> None:
    code, said = run("up", tmp_path / "state", HAFENLOTSE_KAFKA_PORT=str(taken_port))
    assert code == 1
    assert_one_sentence(said, "set HAFENLOTSE_KAFKA_PORT to a free port")


def test_a_wrong_setting_is_said(tmp_path: Path) -> None:
    code, said = run("status", tmp_path / "state", HAFENLOTSE_GATEWAY_PORT="eighty")
    assert code == 1
    assert_one_sentence(said, "HAFENLOTSE_GATEWAY_PORT is 'eighty', not a port")


def test_a_place_that_can_hold_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, said = run("up", tmp_path / "file" / "state")
    assert code == 1
    assert_one_sentence(said, "can't be used (Not a directory)")


def test_a_second_supervisor_on_one_folder_goes_away(tmp_path: Path) -> None:
    home = tmp_path / "state"
    home.mkdir()
    with lock_held(home / "lock"):
        code, said = run("supervise", home)
    assert code == 1
    assert_one_sentence(said, "Another supervisor runs on")


def test_what_does_not_run_can_be_asked_and_stopped(tmp_path: Path) -> None:
    code, said = run("status", tmp_path / "state")
    assert (code, said) == (1, "Hafenlotse is not running here: 'make up' starts it.\n")
    code, said = run("down", tmp_path / "state")
    assert (code, said) == (0, "Hafenlotse is not running here.\n")
    code, said = run("logs", tmp_path / "state")
    assert (code, said) == (0, "")


def test_a_first_start_that_has_settled_nothing_yet_can_be_asked(tmp_path: Path) -> None:
    home = tmp_path / "state"
    home.mkdir()
    with lock_held(home / "lock"):
        Reporter(home / "supervisor.json", 8499)
        code, said = run("status", home)
    assert code == 1
    assert "Traceback" not in said
    assert [line.split()[0] for line in said.splitlines()[1:3]] == ["supervisor", "postgres"]
    # Where it was started, not where it would be started now.
    assert said.splitlines()[-1].startswith("http://127.0.0.1:8499 ")


def test_the_end_of_every_log_is_shown_with_its_process(tmp_path: Path) -> None:
    home = open_home(tmp_path / "state")
    home.log("quota").write_text("".join(f"line {number}\n" for number in range(30)))
    home.log("kafka").write_bytes(b"started \xff\n")
    code, said = run("logs", home.root)
    lines = [line.split(maxsplit=1) for line in said.splitlines()]
    assert code == 0
    assert lines[0] == ["kafka", "started \ufffd"]
    assert lines[1:] == [["quota", f"line {number}"] for number in range(10, 30)]
