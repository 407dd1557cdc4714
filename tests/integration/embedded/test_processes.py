"""Processes: restarted when they end, never left behind, never a stranger's."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # ships no types
import pytest

from embedded.child import Child, Command, in_words
from embedded.kept import Kept
from embedded.leftovers import end_left_overs, find_left_overs, is_alive
from embedded.lock import Held, is_held, lock_held
from embedded.settings import ROOT
from tests.eventually import eventually

pytestmark = pytest.mark.asyncio
WAIT = "import signal; signal.pause()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); "
PARENT = """
import sys
from pathlib import Path
from embedded.child import Child, Command
inner = Command("inner", [sys.executable, "-c", {wait!r}])
child = Child(inner, Path({log!r}), {mark!r}, Path("."))
print("child", child.pid, flush=True)
child.wait()
"""


def python(name: str, text: str) -> Command:
    return Command(name, [sys.executable, "-c", text])


@pytest.fixture
def mark(tmp_path: Path) -> Iterator[str]:
    yield str(tmp_path)
    end_left_overs(str(tmp_path), limit_seconds=1)


@contextlib.asynccontextmanager
async def running(kept: Kept) -> AsyncIterator[None]:
    kept.start()
    keeping = asyncio.create_task(kept.keep())
    try:
        yield
    finally:
        keeping.cancel()
        await kept.stop(1)


async def test_a_process_that_was_killed_is_started_again(tmp_path: Path, mark: str) -> None:
    changes: list[int] = []
    kept = Kept(
        lambda: python("patient", WAIT),
        (tmp_path / "patient.log", mark, tmp_path),
        lambda: changes.append(1),
    )
    async with running(kept):
        first = kept.pid
        assert first is not None
        psutil.Process(first).kill()
        await eventually(
            lambda: kept.pid not in {None, first}, within=10, because="it is started again"
        )
        assert (kept.ends, kept.last_end) == (1, "SIGKILL")
        assert len(changes) == 3


async def test_the_pause_before_a_restart_grows(tmp_path: Path, mark: str) -> None:
    loop = asyncio.get_running_loop()
    moments: list[float] = []

    def prepare() -> None:
        moments.append(loop.time())

    kept = Kept(
        lambda: python("hasty", "raise SystemExit(3)"),
        (tmp_path / "hasty.log", mark, tmp_path),
        lambda: None,
        prepare,
    )
    async with running(kept):
        await eventually(lambda: len(moments) >= 3, within=15, because="it ended three times")
    assert moments[2] - moments[1] > moments[1] - moments[0] > 0.2
    assert kept.last_end == "exit code 3"


async def test_a_child_dies_with_its_parent(tmp_path: Path, mark: str) -> None:
    text = PARENT.format(wait=WAIT, log=str(tmp_path / "inner.log"), mark=mark)
    log = tmp_path / "parent.log"
    parent = Child(python("parent", text), log, mark, ROOT)
    said = await eventually(log.read_text, within=10, because="the parent tells of its child")
    child = int(said.removeprefix("child"))
    await eventually(lambda: is_alive(child, tmp_path), within=5, because="it has its mark now")
    psutil.Process(parent.pid).kill()
    parent.wait()
    assert await eventually(
        lambda: not is_alive(child, tmp_path), within=5, because="the kernel tells it"
    )


async def test_only_processes_of_the_own_folder_are_ended(tmp_path: Path, mark: str) -> None:
    own = Child(python("own", WAIT), tmp_path / "own.log", mark, tmp_path)
    other = Child(python("other", WAIT), tmp_path / "other.log", f"{mark}/other", tmp_path)
    try:
        await eventually(
            lambda: [left.pid for left in find_left_overs(mark)] == [own.pid],
            within=5,
            because="it carries the mark of its folder",
        )
        assert end_left_overs(mark) == [own.pid]
        assert own.exit_code == -signal.SIGTERM
        assert other.exit_code is None
    finally:
        other.kill()


async def test_a_process_that_does_not_listen_is_ended_by_force(tmp_path: Path, mark: str) -> None:
    log = tmp_path / "deaf.log"
    child = Child(python("deaf", DEAF + WAIT), log, mark, tmp_path)
    await eventually(lambda: "deaf" in log.read_text(), within=5, because="it ignores SIGTERM now")
    child.stop(limit_seconds=0.2)
    assert child.exit_code == -signal.SIGKILL


async def test_a_process_is_given_no_secret_of_the_callers(
    tmp_path: Path, mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAFENLOTSE_TEST_SECRET", "hidden")
    log = tmp_path / "env.log"
    tell = Command("env", [sys.executable, "-c", "import os; print(sorted(os.environ))"])
    Child(tell, log, mark, tmp_path).wait()
    assert "HAFENLOTSE_INSTANCE" in log.read_text()
    assert "HAFENLOTSE_TEST_SECRET" not in log.read_text()


async def test_one_folder_has_one_supervisor(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    assert not is_held(lock)
    with lock_held(lock):
        assert is_held(lock)
        with pytest.raises(Held), lock_held(lock, patience_seconds=0.05):
            pass
    assert not is_held(lock)


async def test_how_a_process_ended_is_put_into_words() -> None:
    assert [in_words(code) for code in (1, -9, -15)] == ["exit code 1", "SIGKILL", "SIGTERM"]
