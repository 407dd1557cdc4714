"""A feed that does not answer as agreed is unavailable, whatever it says instead."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import orjson
import pytest
from pydantic import PostgresDsn, SecretStr

from shared.feeds import Feed
from shared.line import FeedUnavailable
from shared.settings import ServiceSettings

pytestmark = pytest.mark.asyncio
TOKEN = orjson.dumps({"access_token": "t", "expires_in": 3600})


@dataclass
class Owner:
    """Another service and the issuer in one: every answer is scripted, every request kept."""

    token: tuple[int, bytes] = (200, TOKEN)
    accepted: str = "t"
    page: tuple[int, bytes] = (200, b'{"items":[]}')
    asked: list[str] = field(default_factory=list)
    is_gone: bool = False

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head)
        if self.is_gone:
            writer.close()
            return
        status, body = self._answer_to(head)
        writer.write(b"HTTP/1.1 %d Any\r\nContent-Length: %d\r\n" % (status, len(body)))
        writer.write(b"Connection: close\r\n\r\n" + body)
        writer.close()

    def _answer_to(self, head: str) -> tuple[int, bytes]:
        if head.startswith("POST"):
            return self.token
        return self.page if f"Bearer {self.accepted}\r\n" in head else (401, b"")

    def of_kind(self, method: str) -> list[str]:
        return [head for head in self.asked if head.startswith(method)]


@asynccontextmanager
async def a_feed() -> AsyncIterator[tuple[Feed, Owner]]:
    owner = Owner()
    async with await asyncio.start_server(owner.answer, "127.0.0.1", 0) as server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        settings = ServiceSettings(
            port=1,
            database_url=PostgresDsn("postgresql://quota@127.0.0.1/any"),
            kafka_bootstrap="127.0.0.1:9",
            issuer=address,
            token_url=f"{address}/token",
            service_client_secret=SecretStr("secret"),
        )
        feed = Feed(address, settings)
        yield feed, owner
        await feed.close()


async def test_pages_are_asked_for_with_one_token() -> None:
    async with a_feed() as (feed, owner):
        for after in (0, 7):
            assert await feed.read("/feed", after, 100) == b'{"items":[]}'
    assert len(owner.of_kind("POST /token")) == 1
    first, second = owner.of_kind("GET")
    assert first.startswith("GET /feed?after=0&limit=100 ")
    assert second.startswith("GET /feed?after=7&limit=100 ")
    assert "authorization: bearer t" in second.lower()


async def test_a_refused_token_is_fetched_anew_at_once() -> None:
    async with a_feed() as (feed, owner):
        await feed.read("/feed", 0, 1)
        owner.accepted = "u"
        owner.token = (200, TOKEN.replace(b'"t"', b'"u"'))
        assert await feed.read("/feed", 7, 1) == b'{"items":[]}'
        assert await feed.read("/feed", 8, 1) == b'{"items":[]}'
    assert len(owner.of_kind("POST /token")) == 2
    asked = [head.split()[1] for head in owner.of_kind("GET")]
    assert asked == [f"/feed?after={after}&limit=1" for after in (0, 7, 7, 8)]


async def test_a_token_that_many_were_refused_is_fetched_once() -> None:
    async with a_feed() as (feed, owner):
        await feed.read("/feed", 0, 1)
        owner.accepted = "u"
        owner.token = (200, TOKEN.replace(b'"t"', b'"u"'))
        await asyncio.gather(*(feed.read("/feed", after, 1) for after in range(5)))
    assert len(owner.of_kind("POST /token")) == 2


async def test_who_is_refused_twice_is_told() -> None:
    async with a_feed() as (feed, owner):
        owner.accepted = "none"
        with pytest.raises(FeedUnavailable, match="401"):
            await feed.read("/feed", 0, 1)
    assert len(owner.of_kind("POST /token")) == len(owner.of_kind("GET")) == 2


@pytest.mark.parametrize(
    "token",
    [
        (500, b""),
        (401, b"{}"),
        (200, b"no JSON"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b"\xff"),
        (200, b'{"access_token": "t", "expires_in": "soon"}'),
    ],
)
async def test_without_a_token_the_feed_is_unavailable(token: tuple[int, bytes]) -> None:
    async with a_feed() as (feed, owner):
        owner.token = token
        with pytest.raises(FeedUnavailable):
            await feed.read("/feed", 0, 1)


@pytest.mark.parametrize("status", [302, 400, 403, 404, 429, 500, 503])
async def test_any_answer_but_the_page_is_unavailable(status: int) -> None:
    async with a_feed() as (feed, owner):
        owner.page = (status, b"{}")
        with pytest.raises(FeedUnavailable, match=str(status)):
            await feed.read("/feed", 0, 1)


async def test_an_owner_that_went_away_is_unavailable() -> None:
    async with a_feed() as (feed, owner):
        await feed.read("/feed", 0, 1)
        owner.page = (200, b"")
        owner.is_gone = True
        with pytest.raises(FeedUnavailable):
            await feed.read("/feed", 0, 1)
