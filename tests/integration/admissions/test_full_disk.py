"""The disk under PostgreSQL is full: placements are refused in a clear sentence, none is lost."""

import asyncio
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from embedded.postgres import running_postgres
from tests.eventually import eventually
from tests.integration.admissions.service import (
    PLACEMENTS,
    Admissions,
    a_placement,
    running_admissions,
)
from tests.integration.servers import make_template
from tests.integration.shared.issuers import IssuerInTest

pytestmark = [pytest.mark.asyncio, pytest.mark.long]
DISK = "400m"
MOST = 5000


@contextmanager
def small_disk() -> Iterator[Path]:
    """A disk of its own, in memory."""
    if os.geteuid():
        pytest.skip("only root may mount a small disk")
    with tempfile.TemporaryDirectory(prefix="hafenlotse-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "tmpfs", folder]
        subprocess.run(mount, check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


def fill(disk: Path) -> Path:
    """A file that leaves no room for any other."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
    return ballast


async def until_refused(admissions: Admissions, accepted: list[str]) -> tuple[str, httpx.Response]:
    """Record until a placement is refused; its key and the answer."""
    for number in range(MOST):
        key = f"k{number}"
        answer = await admissions.flensburg.post(PLACEMENTS, a_placement(), Idempotency_Key=key)
        if answer.status_code != 201:
            return key, answer
        accepted.append(answer.json()["id"])
    raise AssertionError(f"{MOST} placements went on a full disk")


@pytest.mark.promise(16)
async def test_a_full_disk_refuses_placements_and_loses_none(issuer: IssuerInTest) -> None:
    with small_disk() as disk, running_postgres(disk, durable=True) as server:
        template = await make_template(server)
        async with template.clone() as own, running_admissions(own, issuer) as admissions:
            accepted = [(await admissions.flensburg.record())["id"] for _ in range(5)]
            ballast = fill(disk)
            key, refused = await until_refused(admissions, accepted)
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
            assert refused.json()["type"] == "/admissions/problems/unavailable"
            assert len(await admissions.ledger()) == len(accepted)
            ballast.unlink()
            if not server.accepts():  # a log that can't be written ends it; a supervisor starts it
                await asyncio.to_thread(server.start)

            async def is_accepted() -> bool:
                again = await admissions.flensburg.post(
                    PLACEMENTS, a_placement(), Idempotency_Key=key
                )
                return again.status_code == 201

            await eventually(is_accepted, within=20, because="there is room again")
            ledger = await admissions.ledger()
            assert [entry["placement"] for entry in ledger][:-1] == accepted
            assert len(ledger) == len(accepted) + 1
            assert (await admissions.verification())["intact"]
