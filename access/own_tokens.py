"""How a service gets in at another one: by a token of its own, fetched at the issuer."""

import asyncio
import time
from collections.abc import AsyncGenerator

import httpx

from access.caller import IssuerUnavailable
from access.transport import Secret


class OwnTokens(httpx.Auth):
    """The token of this service at the issuer, fetched again before it ends or once refused."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        token_url: str | None,
        audience: str,
        credentials: tuple[str, Secret | None],
    ) -> None:
        """`credentials`: the service's name at the issuer, and its secret."""
        self._client, self._token_url, self._audience = client, token_url, audience
        self._credentials = credentials
        self._token, self._until = "", 0.0
        self._lock = asyncio.Lock()

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """A request with the token; once more with a new one where it is refused.

        Raises IssuerUnavailable. A token is refused before it ends where a clock was set forward
        or the issuer's keys were replaced.
        """
        token = await self._current()
        request.headers["Authorization"] = f"Bearer {token}"
        answer = yield request
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._forget(token)
            request.headers["Authorization"] = f"Bearer {await self._current()}"
            yield request

    async def _current(self) -> str:
        async with self._lock:
            if time.monotonic() >= self._until:
                await self._fetch()
            return self._token

    def _forget(self, refused: str) -> None:
        """Unless somebody else has fetched a new one meanwhile."""
        if refused == self._token:
            self._until = 0.0

    async def _fetch(self) -> None:
        name, secret = self._credentials
        if self._token_url is None or secret is None:
            raise IssuerUnavailable("no token address or secret is set for this service")
        answer = await self._client.post(
            self._token_url,
            data={"grant_type": "client_credentials", "audience": self._audience},
            auth=(name, secret()),
        )
        if answer.status_code != httpx.codes.OK:
            raise IssuerUnavailable(f"the issuer gave no token: {answer.status_code}")
        try:
            granted = answer.json()
            self._token = granted["access_token"]
            seconds = float(granted.get("expires_in", 60))
        except (ValueError, TypeError, KeyError) as fault:
            raise IssuerUnavailable(f"the issuer's answer has no token: {fault!r}") from fault
        self._until = time.monotonic() + max(0.0, seconds - 30)
