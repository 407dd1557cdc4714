"""Whatever is sent to an interface by its own description, it answers as it is described."""

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
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_headers_conformance", "response_schema_conformance", "negative_data_rejection"),
    *("ignored_auth", "use_after_free", "ensure_resource_availability"),
)
"""Not those that a contract of authority, state and calendar can't pass:
what is valid in shape may be refused."""
ENDLESS = "stream_alerts"
"""The fuzzer listens to a stream until its time is over; the stream has tests of its own."""
EXAMPLES = os.environ.get("HAFENLOTSE_TEST_FUZZ_EXAMPLES", "25")


async def a_token(access: Path) -> tuple[str, str]:
    async with httpx.AsyncClient(trust_env=False) as http:
        system = System(access, http)
        return system.access["address"], await system.new_token("coordination")


def fuzz(address: str, token: str, service: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the fuzzer over one service; it ends with 1 where a check failed, and keeps notes."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            f"{address}/{service}/openapi.json",
            *("--url", address, "--max-examples", EXAMPLES, "--no-color", "--seed", "1"),
            *("--checks", ",".join(CHECKS), "--mode", "all", "--exclude-operation-id", ENDLESS),
            *("--phases", "examples,coverage,fuzzing", "--request-timeout", "20"),
            *("--header", f"Authorization: Bearer {token}"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def test_every_service_answers_as_described_whatever_is_sent(tmp_path: Path) -> None:
    with own_system() as access:
        address, token = asyncio.run(a_token(access))
        for service in SERVICES:
            done = fuzz(address, token, service, tmp_path)
            assert done.returncode == 0, f"{service}:\n{done.stdout[-6000:]}{done.stderr[-2000:]}"
