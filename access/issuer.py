"""Who calls by a token: bearer tokens checked against the issuer's published keys."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from access.caller import Caller, IssuerUnavailable, TokenInvalid
from access.claims import ClaimsMapping
from access.tokens import ALGORITHMS, OF_RFC_9068, Header, TokenType, check_kind, read_header

LEEWAY_SECONDS = 30
KEYS_AGE_SECONDS = 600.0
ASK_SECONDS = 5.0
ASK_AGAIN_SECONDS = 2.0
REMEMBERED_TOKENS = 4096
MALFORMED = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What reading a foreign token, key or document raises where it is not what it should be."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Clock:
    """Seconds of the epoch, and seconds that never run backwards."""

    now: Callable[[], float] = time.time
    elapsed: Callable[[], float] = time.monotonic


class Issuer:
    """An OpenID provider by discovery: its keys, read again when a token names a new one.

    `inside` is where its documents are read where its name does not lead there, as in containers.
    Keys that were read serve for as long as the issuer is away.
    """

    def __init__(
        self,
        issuer: str,
        audience: str,
        inside: str | None = None,
        mapping: ClaimsMapping | None = None,
        clock: Clock | None = None,
        token_type: TokenType = OF_RFC_9068,
    ) -> None:
        self._issuer, self._audience = issuer, audience
        self._inside = (inside or issuer).rstrip("/")
        self._mapping, self._clock = mapping or ClaimsMapping(), clock or Clock()
        self._client = httpx.AsyncClient(
            timeout=ASK_SECONDS, trust_env=False, follow_redirects=False
        )
        self._token_type, self._is_told = token_type, False
        self._keys: KeySet | None = None
        self.trouble: str | None = None
        self._read_at = self._asked_at = float("-inf")
        self._lock = asyncio.Lock()
        self._refresh: asyncio.Task[None] | None = None
        self._known: dict[str, tuple[float, Caller]] = {}

    async def known(self, token: str) -> Caller | None:
        """The caller whom this very token has let in before, and still does."""
        await self._load_keys()
        known = self._known.get(token)
        return known[1] if known and self._clock.now() < known[0] else None

    async def admit(self, token: str) -> Caller:
        """The caller behind a token, or TokenInvalid, or IssuerUnavailable."""
        if known := await self.known(token):
            return known
        caller = self._mapping.caller_of(await self._verify(token))
        if len(self._known) >= REMEMBERED_TOKENS:
            self._known.clear()
        self._known[token] = (caller.ends_at + LEEWAY_SECONDS, caller)
        return caller

    async def _verify(self, token: str) -> dict[str, Any]:
        header = read_header(token)
        keys = await self._load_keys()
        if header.get("kid") not in [key.kid for key in keys.keys]:
            await self._ask_for_keys()
            keys = await self._load_keys()
        try:
            key = _fitting(keys, header)
            claims = jwt.decode(token, key, algorithms=ALGORITHMS[key.key_type]).claims
            jwt.JWTClaimsRegistry(
                now=int(self._clock.now()),
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self._issuer},
                aud={"essential": True, "value": self._audience},
                exp={"essential": True},
                sub={"essential": True},
            ).validate(claims)
        except MALFORMED as fault:
            raise TokenInvalid(type(fault).__name__) from fault
        self._check_kind(header, claims)
        return claims

    def _check_kind(self, header: Header, claims: dict[str, Any]) -> None:
        """Say it once, too: it may be the setting that is wrong, and not the token."""
        try:
            check_kind(header, claims, self._token_type)
        except TokenInvalid as wrong:
            if self._token_type == OF_RFC_9068 and not self._is_told:
                self._is_told = True
                log.warning(
                    "a token of %s with typ %s is refused: %s; if its access tokens call "
                    "themselves so, set HAFENLOTSE_TOKEN_TYPE=JWT",
                    *(self._issuer, header.get("typ"), wrong),
                )
            raise

    async def _load_keys(self) -> KeySet:
        """The keys as last read; nobody waits while they are read again for their age."""
        if self._keys is None:
            await self._ask_for_keys()
        if self._keys is None:
            raise IssuerUnavailable(self._issuer)
        is_old = self._clock.elapsed() - self._read_at > KEYS_AGE_SECONDS
        if is_old and (self._refresh is None or self._refresh.done()):
            self._refresh = asyncio.create_task(self._ask_for_keys())
        return self._keys

    async def _ask_for_keys(self) -> None:
        """Read the keys unless that was tried a moment ago: tokens cost the issuer no more."""
        async with self._lock:
            if self._clock.elapsed() - self._asked_at < ASK_AGAIN_SECONDS:
                return
            try:
                async with asyncio.timeout(ASK_SECONDS):
                    self._use(await self._fetch_keys())
            except (httpx.HTTPError, TimeoutError, *MALFORMED) as failure:
                self.trouble = f"the keys of {self._issuer} can't be read: {failure!r}"
                log.warning("%s", self.trouble)
            self._asked_at = self._clock.elapsed()

    def _use(self, keys: KeySet) -> None:
        """From now on; where they are others, whoever was known by one that is gone is not."""
        if self._keys is None or keys.as_dict() != self._keys.as_dict():
            self._known.clear()
        self._keys, self._read_at, self.trouble = keys, self._clock.elapsed(), None

    async def _fetch_keys(self) -> KeySet:
        about = await self._client.get(self._inside + "/.well-known/openid-configuration")
        described = about.raise_for_status().json()
        if described["issuer"] != self._issuer:
            raise ValueError(f"it calls itself {described['issuer']}")
        named: str = described["jwks_uri"]
        published = await self._client.get(named.replace(self._issuer.rstrip("/"), self._inside, 1))
        return KeySet.import_key_set(published.raise_for_status().json())

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _fitting(keys: KeySet, header: Header) -> Key:
    """The key that a header names, if it signs, and with this algorithm; else TokenInvalid."""
    algorithm: str = header["alg"]
    key = keys.get_by_kid(header.get("kid"))
    if algorithm not in ALGORITHMS.get(key.key_type, ()):
        raise TokenInvalid("its key is of another type than its algorithm")
    key.check_alg(algorithm)
    key.check_use("sig")
    key.check_key_op("verify")
    return key
