"""What the issuer's going, changing and hanging means for those at the entrance."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from shared.access import Issuer, IssuerUnavailable, TokenInvalid
from tests.integration.shared.issuers import (
    IssuerInTest,
    is_admitted,
    running_issuer,
    with_header,
)

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def issuer() -> AsyncIterator[IssuerInTest]:
    """An issuer that the test may count, change and stop."""
    async with running_issuer() as issuer:
        yield issuer


@pytest_asyncio.fixture
async def door(issuer: IssuerInTest) -> AsyncIterator[Issuer]:
    door = Issuer(issuer.name, "hafenlotse")
    yield door
    await door.close()


async def test_unknkeys_make_us_ask_the_issuer_now_and_then_only(
    issuer: IssuerInTest, door: Issuer
) -> None:
    await door.admit(issuer.token())
    for number in range(30):
        with pytest.raises(TokenInvalid):
            await door.admit(with_header({"alg": "ES256", "kid": f"made up {number}"})(issuer))
    assert issuer.asked <= 2


async def test_a_new_key_is_found_by_the_first_token_that_names_it(
    issuer: IssuerInTest, door: Issuer
) -> None:
    old = issuer.token()
    await door.admit(old)
    await issuer.rotate("second")
    door._asked_at = float("-inf")
    assert await is_admitted(door, issuer.token())
    assert await is_admitted(door, old)  # remembered for ten minutes
    fresh_door = Issuer(issuer.name, "hafenlotse")
    with pytest.raises(TokenInvalid):
        await fresh_door.admit(old)
    await fresh_door.close()


async def test_knkeys_serve_while_the_issuer_is_away(issuer: IssuerInTest, door: Issuer) -> None:
    await door.admit(issuer.token())
    await issuer.stop()
    door._read_at = float("-inf")
    assert await is_admitted(door, issuer.token(expires_in="100"))
    with pytest.raises(TokenInvalid):
        await door.admit(with_header({"alg": "ES256", "kid": "new"})(issuer))


async def test_without_any_keys_nobody_is_judged(issuer: IssuerInTest, door: Issuer) -> None:
    await issuer.stop()
    with pytest.raises(IssuerUnavailable):
        await door.admit(issuer.token())
    await issuer.start()
    door._asked_at = float("-inf")
    assert await is_admitted(door, issuer.token())


async def test_an_issuer_that_hangs_delays_nobody_whose_key_is_known() -> None:
    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()
        writer.close()

    issuer = IssuerInTest()
    await issuer.start()
    door = Issuer(issuer.name, "hafenlotse")
    await door.admit(issuer.token())
    await issuer.stop()
    async with await asyncio.start_server(hang, "127.0.0.1", issuer.port):
        door._asked_at = door._read_at = float("-inf")
        strangers = [
            asyncio.create_task(door.admit(with_header({"alg": "ES256", "kid": f"{n}"})(issuer)))
            for n in range(5)
        ]
        async with asyncio.timeout(1):
            for seconds in range(100, 110):
                await door.admit(issuer.token(expires_in=str(seconds)))
        for stranger in strangers:
            stranger.cancel()
        await asyncio.gather(*strangers, return_exceptions=True)
        await door.close()


@pytest.mark.parametrize(
    "document",
    [b"[]", b"1", b"{}", b'{"issuer": "x"}', b"{", b"\xff", b'{"issuer": 5, "jwks_uri": 6}'],
)
async def test_an_issuer_that_says_nonsense_is_no_issuer(document: bytes) -> None:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(document) + document)
        await writer.drain()
        writer.close()

    issuer = IssuerInTest()
    async with await asyncio.start_server(say, "127.0.0.1", issuer.port):
        door = Issuer(issuer.name, "hafenlotse")
        with pytest.raises(IssuerUnavailable):
            await door.admit(issuer.token())
        await door.close()
