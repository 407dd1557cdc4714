"""Where everyone comes in: tokens are for the issuer, API keys for whoever made them."""

import re
from collections.abc import Sequence
from typing import Protocol

import httpx

from access.addresses import NOWHERE, stranger_at
from access.caller import Caller, IssuerUnavailable, TokenInvalid, TokenMissing, TooMany
from access.issuer import Issuer
from access.rate import RateLimit

PREFIX = "hl_"
"""How every API key begins, and no token."""

FORM = re.compile(PREFIX + "[A-Za-z0-9_-]{43}")
"""256 bits behind it."""

ASK_SECONDS = 3.0


class Keys(Protocol):
    """Whoever knows which API keys are good."""

    async def admit(self, key: str, address: str) -> Caller:
        """The caller behind an API key, or TokenInvalid, TooMany or IssuerUnavailable."""

    async def close(self) -> None:
        """Close what was opened to ask."""


class Entrance:
    """The one entrance of a service.

    Whoever shows no good token is counted by address, before anything is looked at. A token that
    was admitted before is not: so nobody who is in waits for a stranger at the same address.
    """

    def __init__(self, issuer: Issuer, keys: Keys, strangers: RateLimit) -> None:
        self._issuer, self._keys, self._strangers = issuer, keys, strangers

    async def admit(self, headers: Sequence[str], address: str) -> Caller:
        """The caller behind the `Authorization` headers of a request from an address.

        Or TokenMissing, TokenInvalid, TooMany or IssuerUnavailable.
        """
        given, stranger = _bearer(headers), stranger_at(address)
        is_key = given.startswith(PREFIX)
        if given and not is_key and (known := await self._issuer.known(given)):
            return known
        if not self._strangers.is_passed(stranger):
            raise TooMany
        if not given:
            raise TokenInvalid("there is no single bearer token") if headers else TokenMissing
        entering = self._keys.admit(given, address) if is_key else self._issuer.admit(given)
        caller = await entering
        self._strangers.give_back(stranger)
        return caller

    def left(self, address: str) -> dict[str, str]:
        """The headers that say how often nobody may still come from an address."""
        return self._strangers.headers(stranger_at(address))

    def waits(self) -> list[str]:
        """What keeps tokens from being checked, in a sentence; none while nothing does."""
        return [self._issuer.trouble] if self._issuer.trouble else []

    async def close(self) -> None:
        """Close the connections."""
        await self._issuer.close()
        await self._keys.close()


class AskedKeys:
    """Asks the service that made the keys, with the key itself, at every request.

    It is told for whom: there, too, a stranger's wrong keys are counted as the stranger's.
    Nothing is remembered: a key that was revoked opens nothing from the next request on.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._client = httpx.AsyncClient(timeout=ASK_SECONDS, trust_env=False)

    async def admit(self, key: str, address: str) -> Caller:
        if not FORM.fullmatch(key):
            raise TokenInvalid("this has not the form of an API key")
        headers = {"Authorization": f"Bearer {key}"}
        if address.isascii() and stranger_at(address) != NOWHERE:
            headers["X-Forwarded-For"] = address
        try:
            answer = await self._client.get(self._address, headers=headers)
        except httpx.HTTPError as failure:
            raise IssuerUnavailable(self._address) from failure
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise TokenInvalid("this is no API key")
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise TooMany
        if answer.status_code != httpx.codes.OK:
            raise IssuerUnavailable(f"{self._address} answered {answer.status_code}")
        try:
            return Caller.of(answer.json())
        except (ValueError, TypeError, KeyError) as fault:
            raise IssuerUnavailable(f"{self._address} describes no caller") from fault

    async def close(self) -> None:
        await self._client.aclose()


def _bearer(headers: Sequence[str]) -> str:
    """The token of the one header, empty where it is not just that."""
    scheme, _, token = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
    return token.strip() if scheme.lower() == "bearer" else ""
