"""Asks another service's feed for what Kafka did not bring."""

import asyncio
from typing import Protocol

import httpx

from access.caller import IssuerUnavailable
from access.own_tokens import OwnTokens
from shared.line import FeedUnavailable
from shared.settings import ServiceSettings

ASK_SECONDS = 10.0


class Pages(Protocol):
    """Whatever answers a feed's pages."""

    async def read(self, path: str, after: int, limit: int) -> bytes:
        """The body of one page after a number, or FeedUnavailable."""


class Feed:
    """A feed of another service, page by page."""

    def __init__(self, address: str, settings: ServiceSettings) -> None:
        self._client = httpx.AsyncClient(timeout=ASK_SECONDS, trust_env=False)
        self._address = address.rstrip("/")
        own = settings.service_client_id, settings.kept("service_client_secret")
        self._tokens = OwnTokens(self._client, settings.token_url, settings.audience, own)

    async def read(self, path: str, after: int, limit: int) -> bytes:
        """The body of one page after a number, or FeedUnavailable."""
        return await self.get(f"{path}?after={after}&limit={limit}")

    async def get(self, path: str) -> bytes:
        """The body of an answer, or FeedUnavailable."""
        try:
            async with asyncio.timeout(ASK_SECONDS):
                answer = await self._client.get(self._address + path, auth=self._tokens)
        except (httpx.HTTPError, TimeoutError, IssuerUnavailable) as failure:
            raise FeedUnavailable(f"{self._address}: {failure!r}") from failure
        if answer.status_code != httpx.codes.OK:
            raise FeedUnavailable(f"{path} answered {answer.status_code}")
        return answer.content

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
