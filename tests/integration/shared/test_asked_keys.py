"""API keys at a service that did not make them: who made them is asked, every time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from access.caller import IssuerUnavailable, TokenInvalid, TooMany
from access.entrance import AskedKeys
from embedded.ports import pick_port
from shared.codes import Role

pytestmark = pytest.mark.asyncio

KEY = "hl_" + "k" * 43
STRANGER = "192.0.2.7"
CALLER = (
    b'{"client":"api-key:1","roles":["city"],"lands":["01"],"units":["01001"],'
    b'"scopes":["quota:read"],"ends_at":"2027-06-30T22:00:00.000000Z"}'
)


@asynccontextmanager
async def keys_of_one_who_says(status: int, body: bytes) -> AsyncIterator[AskedKeys]:
    """Whoever is asked gives this answer, if the key came as it should."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        wanted = (f"authorization: bearer {KEY}", f"x-forwarded-for: {STRANGER}")
        given = status if all(one.encode() in asked.lower() for one in wanted) else 500
        head = f"HTTP/1.1 {given} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(say, "127.0.0.1", 0) as server:
        keys = AskedKeys(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/caller")
        yield keys
        await keys.close()


async def test_the_caller_is_who_the_other_service_says() -> None:
    async with keys_of_one_who_says(200, CALLER) as keys:
        caller = await keys.admit(KEY, STRANGER)
    assert caller.client == "api-key:1"
    assert caller.has(Role.CITY)
    assert [caller.acts_for(unit) for unit in ("01001", "01002")] == [True, False]
    assert [caller.may_use(one) for one in ("quota:read", "admissions:read")] == [True, False]
    assert caller.ends_at == 1_814_392_800


async def test_a_key_that_the_other_service_refuses_is_none() -> None:
    async with keys_of_one_who_says(401, b"{}") as keys:
        with pytest.raises(TokenInvalid):
            await keys.admit(KEY, STRANGER)


@pytest.mark.parametrize(
    ("status", "body"),
    [(503, b"{}"), (302, b""), (200, b"{}"), (200, b"[]"), (200, b"x"), (200, b"")],
)
async def test_whoever_answers_otherwise_can_not_be_asked(status: int, body: bytes) -> None:
    async with keys_of_one_who_says(status, body) as keys:
        with pytest.raises(IssuerUnavailable):
            await keys.admit(KEY, STRANGER)


async def test_who_is_too_loud_there_is_so_here() -> None:
    async with keys_of_one_who_says(429, b"{}") as keys:
        with pytest.raises(TooMany):
            await keys.admit(KEY, STRANGER)


async def test_whoever_is_away_can_not_be_asked() -> None:
    keys = AskedKeys(f"http://127.0.0.1:{pick_port()}/caller")
    with pytest.raises(IssuerUnavailable):
        await keys.admit(KEY, STRANGER)
    await keys.close()


async def test_a_key_of_foreign_letters_asks_nobody() -> None:
    keys = AskedKeys(f"http://127.0.0.1:{pick_port()}/caller")
    with pytest.raises(TokenInvalid):
        await keys.admit("hl_\u00e9", STRANGER)
    await keys.close()
