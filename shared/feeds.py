"""Asks another service's feed for what Kafka did not bring."""

import asyncio
import time
from typing import Protocol

import httpx

from shared.line import FeedUnavailable
from shared.settings import ServiceSettings

ASK_SECONDS = 10.0


class ServiceTokens:
    """The token of this service at the issuer, fetched again before it ends."""

    def __init__(self, client: httpx.AsyncClient, settings: ServiceSettings) -> None:
        self._client, self._settings = client, settings
        self._token, self._until = "", 0.0
        self._lock = asyncio.Lock()

    async def header(self) -> dict[str, str]:
        """The Authorization header, or FeedUnavailable."""
        async with self._lock:
            if time.monotonic() >= self._until:
                await self._fetch()
        return {"Authorization": f"Bearer {self._token}"}

    def forget(self) -> None:
        """Fetch a new token for the next request: this one was refused."""
        self._until = 0.0

    async def _fetch(self) -> None:
        settings = self._settings
        secret = settings.kept("service_client_secret")
        if settings.token_url is None or secret is None:
            raise FeedUnavailable("no token address or secret is set for this service")
        answer = await self._client.post(
            settings.token_url,
            data={"grant_type": "client_credentials", "audience": settings.audience},
            auth=(settings.service_client_id, secret()),
        )
        if answer.status_code != httpx.codes.OK:
            raise FeedUnavailable(f"the issuer gave no token: {answer.status_code}")
        try:
            granted = answer.json()
            self._token = granted["access_token"]
            seconds = float(granted.get("expires_in", 60))
        except (ValueError, TypeError, KeyError) as fault:
            raise FeedUnavailable(f"the issuer's answer has no token: {fault!r}") from fault
        self._until = time.monotonic() + max(0.0, seconds - 30)


class Pages(Protocol):
    """Whatever answers a feed's pages."""

    async def read(self, path: str, after: int, limit: int) -> bytes:
        """The body of one page after a number, or FeedUnavailable."""


class Feed:
    """A feed of another service, page by page."""

    def __init__(self, address: str, settings: ServiceSettings) -> None:
        self._client = httpx.AsyncClient(timeout=ASK_SECONDS, trust_env=False)
        self._address = address.rstrip("/")
        self._tokens = ServiceTokens(self._client, settings)

    async def read(self, path: str, after: int, limit: int) -> bytes:
        """The body of one page after a number, or FeedUnavailable."""
        return await self.get(f"{path}?after={after}&limit={limit}")

    async def get(self, path: str) -> bytes:
        """The body of an answer, or FeedUnavailable."""
        try:
            async with asyncio.timeout(ASK_SECONDS):
                answer = await self._client.get(
                    self._address + path, headers=await self._tokens.header()
                )
        except (httpx.HTTPError, TimeoutError) as failure:
            raise FeedUnavailable(f"{self._address}: {failure!r}") from failure
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._tokens.forget()
        if answer.status_code != httpx.codes.OK:
            raise FeedUnavailable(f"{path} answered {answer.status_code}")
        return answer.content

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
