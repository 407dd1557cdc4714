"""The benchmark runs, loses nothing, and its figures are such as a benchmark can have."""

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.loading import Bench
from benchmarks.system import System
from tests.end_to_end.quotas import level
from tests.end_to_end.system import System as Running

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_short_load_is_reckoned_to_the_last_alert(
    access_file: Path, system: Running
) -> None:
    await level(system)

    def measured() -> dict[str, float]:
        with closing(System(access_file)) as measuring:
            return Bench(measuring, seed=1).run(per_second=20, seconds=2)

    figures = await asyncio.to_thread(measured)
    assert (figures["placements"], figures["not_accepted"], figures["wrong"]) == (60, 0, 0)
    assert 0 < figures["crossings"] == figures["alerts"]
    assert 0 < figures["alert_p50_seconds"] <= figures["alert_p99_seconds"]
    assert 0 < figures["post_p50_seconds"] <= figures["post_max_seconds"]
