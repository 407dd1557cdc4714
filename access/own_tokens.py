"""How a service gets in at another one: by a token of its own, fetched at the issuer."""

import asyncio
import time

import httpx

from access.caller import IssuerUnavailable
from access.transport import Secret


class OwnTokens:
    """The token of this service at the issuer, fetched again before it ends."""

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

    async def header(self) -> dict[str, str]:
        """The Authorization header, or IssuerUnavailable."""
        async with self._lock:
            if time.monotonic() >= self._until:
                await self._fetch()
        return {"Authorization": f"Bearer {self._token}"}

    def forget(self) -> None:
        """Fetch a new token for the next request: this one was refused."""
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
