"""What the issuer's going, changing and hanging means for those at the entrance."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio

from access.caller import IssuerUnavailable, TokenInvalid
from access.issuer import KEYS_AGE_SECONDS, Clock, Issuer
from tests.eventually import eventually
from tests.integration.shared.issuers import (
    IssuerInTest,
    is_admitted,
    is_refused,
    running_issuer,
    with_header,
)

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def issuer() -> AsyncIterator[IssuerInTest]:
    """An issuer that the test may count, change and stop."""
    async with running_issuer() as issuer:
        yield issuer


def unknown(kid: str) -> Callable[[IssuerInTest], str]:
    """A token that names a key which nobody knows."""
    return with_header({"alg": "ES256", "kid": kid}, bytes(64))


@dataclass
class Turned:
    """A clock that a test turns on; tokens are made by the true one."""

    seconds: float = 0.0

    def go_on(self, seconds: float) -> None:
        self.seconds += seconds

    def now(self) -> float:
        return time.time() + self.seconds

    def elapsed(self) -> float:
        return time.monotonic() + self.seconds


@pytest.fixture
def turned() -> Turned:
    return Turned()


@pytest_asyncio.fixture
async def door(issuer: IssuerInTest, turned: Turned) -> AsyncIterator[Issuer]:
    door = Issuer(issuer.name, "hafenlotse", clock=Clock(turned.now, turned.elapsed))
    yield door
    await door.close()


async def test_unknown_keys_make_us_ask_the_issuer_now_and_then_only(
    issuer: IssuerInTest, door: Issuer
) -> None:
    await door.admit(issuer.token())
    for number in range(30):
        with pytest.raises(TokenInvalid):
            await door.admit(unknown(f"made up {number}")(issuer))
    assert issuer.asked <= 2


async def test_a_new_key_is_found_by_the_first_token_that_names_it(
    issuer: IssuerInTest, turned: Turned, door: Issuer
) -> None:
    await door.admit(issuer.token())
    await issuer.rotate("second")
    turned.go_on(3)
    assert await is_admitted(door, issuer.token())


async def test_keys_are_read_again_for_their_age_without_a_restart(
    issuer: IssuerInTest, turned: Turned, door: Issuer
) -> None:
    token = issuer.token()
    await door.admit(token)
    await issuer.rotate("second")
    assert await is_admitted(door, token)
    turned.go_on(KEYS_AGE_SECONDS + 1)

    await eventually(
        lambda: is_refused(door, token), within=10, because="its key is published no more"
    )
    assert await is_admitted(door, issuer.token())


async def test_two_published_keys_let_both_tokens_in(
    issuer: IssuerInTest, turned: Turned, door: Issuer
) -> None:
    old = issuer.token()
    await door.admit(old)
    await issuer.rotate("second", keeps_the_old=True)
    turned.go_on(KEYS_AGE_SECONDS + 1)
    assert await is_admitted(door, issuer.token())
    assert await is_admitted(door, old)


async def test_an_issuer_that_is_away_for_an_hour_locks_nobody_out(
    issuer: IssuerInTest, turned: Turned, door: Issuer
) -> None:
    running = issuer.token(expires_in="7200")
    await door.admit(running)
    not_seen_yet = issuer.token(expires_in="7000")
    await issuer.stop()
    for minute in range(60):
        turned.go_on(60)
        assert await is_admitted(door, running), minute
    assert await is_admitted(door, not_seen_yet)
    with pytest.raises(TokenInvalid):
        await door.admit(unknown("new")(issuer))
    turned.go_on(3700)
    with pytest.raises(TokenInvalid):
        await door.admit(running)


async def test_without_any_keys_nobody_is_judged(issuer: IssuerInTest, door: Issuer) -> None:
    await issuer.stop()
    with pytest.raises(IssuerUnavailable):
        await door.admit(issuer.token())
    assert door.trouble
    assert issuer.name in door.trouble
    await issuer.start()
    door._asked_at = float("-inf")
    assert await is_admitted(door, issuer.token())
    assert door.trouble is None


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
        strangers = [asyncio.create_task(door.admit(unknown(f"{n}")(issuer))) for n in range(5)]
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
