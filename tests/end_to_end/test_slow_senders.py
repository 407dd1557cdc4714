"""Whoever sends slowly, or much before anything is asked, is cut off at the gateway."""

import asyncio
import time
from urllib.parse import urlsplit

import pytest

from tests.end_to_end.system import System

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEADER_SECONDS = 5
HEAD = b"GET /admissions/health/live HTTP/1.1\r\nHost: hafenlotse\r\n"


async def opened(system: System) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    address = urlsplit(system.access["address"])
    return await asyncio.open_connection(address.hostname, address.port)


async def test_a_header_that_never_ends_is_cut_off_and_others_are_served(system: System) -> None:
    slow = [await opened(system) for _ in range(50)]
    for number, (_, writer) in enumerate(slow):
        writer.write(HEAD + f"X-{number}: ".encode())
    began = time.monotonic()
    assert (await system.ask("GET", "/admissions/health/live")).status_code == 200
    assert time.monotonic() - began < 2
    async with asyncio.timeout(HEADER_SECONDS + 10):
        for reader, writer in slow:
            assert b" 200 " not in await reader.read()
            writer.close()
    assert time.monotonic() - began < HEADER_SECONDS + 10


async def test_a_header_of_a_megabyte_is_refused(system: System) -> None:
    reader, writer = await opened(system)
    writer.write(HEAD + b"X-Long: " + b"x" * 1_000_000 + b"\r\n\r\n")
    async with asyncio.timeout(10):
        try:
            answered = await reader.read(100)
        except ConnectionError:
            answered = b""
    assert b" 200 " not in answered
    writer.close()
