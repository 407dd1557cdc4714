"""Where everyone comes in: tokens are for the issuer, API keys for whoever made them."""

import re
from typing import Protocol

import httpx

from access.caller import Caller, IssuerUnavailable, TokenInvalid
from access.issuer import Issuer

PREFIX = "hl_"
"""How every API key begins, and no token."""

FORM = re.compile(PREFIX + "[A-Za-z0-9_-]{43}")
"""256 bits behind it."""

ASK_SECONDS = 3.0


class Keys(Protocol):
    """Whoever knows which API keys are good."""

    async def admit(self, key: str) -> Caller:
        """The caller behind an API key, or TokenInvalid, or IssuerUnavailable."""

    async def close(self) -> None:
        """Close what was opened to ask."""


class Entrance:
    """The one entrance of a service."""

    def __init__(self, issuer: Issuer, keys: Keys) -> None:
        self._issuer, self._keys = issuer, keys

    async def admit(self, given: str) -> Caller:
        """The caller behind a token or an API key, or TokenInvalid, or IssuerUnavailable."""
        knowing = self._keys if given.startswith(PREFIX) else self._issuer
        return await knowing.admit(given)

    async def close(self) -> None:
        """Close the connections."""
        await self._issuer.close()
        await self._keys.close()


class AskedKeys:
    """Asks the service that made the keys, with the key itself, at every request.

    Nothing is remembered: a key that was revoked opens nothing from the next request on.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._client = httpx.AsyncClient(timeout=ASK_SECONDS, trust_env=False)

    async def admit(self, key: str) -> Caller:
        if not FORM.fullmatch(key):
            raise TokenInvalid("this has not the form of an API key")
        try:
            answer = await self._client.get(
                self._address, headers={"Authorization": f"Bearer {key}"}
            )
        except httpx.HTTPError as failure:
            raise IssuerUnavailable(self._address) from failure
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise TokenInvalid("this is no API key")
        if answer.status_code != httpx.codes.OK:
            raise IssuerUnavailable(f"{self._address} answered {answer.status_code}")
        try:
            return Caller.of(answer.json())
        except (ValueError, TypeError, KeyError) as fault:
            raise IssuerUnavailable(f"{self._address} describes no caller") from fault

    async def close(self) -> None:
        await self._client.aclose()
