"""Whatever is sent to an interface by its own description, nothing of ours breaks."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.own_system import own_system
from tests.end_to_end.system import System

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]
SERVICES = ("admissions", "quota", "notifications")
EXAMPLES = os.environ.get("HAFENLOTSE_TEST_FUZZ_EXAMPLES", "25")


async def a_token(access: Path) -> tuple[str, str]:
    async with httpx.AsyncClient(trust_env=False) as http:
        system = System(access, http)
        return system.access["address"], await system.new_token("coordination")


def fuzz(address: str, token: str, service: str) -> subprocess.CompletedProcess[str]:
    """Run the fuzzer over one service; it ends with 1 where a check failed."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            f"{address}/{service}/openapi.json",
            *("--url", address, "--max-examples", EXAMPLES, "--no-color", "--seed", "1"),
            *("--checks", "not_a_server_error", "--mode", "all", "--phases", "examples,fuzzing"),
            *("--header", f"Authorization: Bearer {token}"),
            *("--header", "Idempotency-Key: fuzzing", "--request-timeout", "20"),
        ],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def test_no_service_fails_whatever_is_sent() -> None:
    with own_system() as access:
        address, token = asyncio.run(a_token(access))
        for service in SERVICES:
            done = fuzz(address, token, service)
            assert done.returncode == 0, f"{service}:\n{done.stdout[-6000:]}{done.stderr[-2000:]}"
