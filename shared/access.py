"""Who calls: bearer tokens checked against the issuer's published keys."""

import asyncio
import logging
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.codes import Role

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
LEEWAY_SECONDS = 30
KEYS_AGE_SECONDS = 600.0
ASK_SECONDS = 5.0
ASK_AGAIN_SECONDS = 2.0
REMEMBERED_TOKENS = 4096
MOST_CHARACTERS = 16_384
MOST_CLIENT_CHARACTERS = 255
MALFORMED = (JoseError, ValueError, TypeError, KeyError, AttributeError)
"""What reading a foreign token, key or document raises where it is not what it should be."""
log = logging.getLogger(__name__)


class TokenInvalid(Exception):
    """A token that is not from our issuer, not for us, or not valid now."""


class IssuerUnavailable(Exception):
    """The issuer's keys were never read and can't be read now."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the token's subject, roles, Länder and, for cities, units; and when it ends."""

    client: str
    roles: frozenset[Role]
    lands: frozenset[str]
    units: frozenset[str]
    ends_at: float = field(compare=False)  # seconds of the epoch

    def may_read_land(self, land: str) -> bool:
        """Whether the Land is within the token's reach."""
        return land in self.lands

    def has(self, *roles: Role) -> bool:
        """Whether the caller has one of the roles."""
        return not self.roles.isdisjoint(roles)

    def acts_for(self, unit: str) -> bool:
        """Whether the caller may change what belongs to a unit."""
        if unit[:2] not in self.lands:
            return False
        return self.has(Role.COORDINATION) or (self.has(Role.CITY) and unit in self.units)

    def reads_of(self, unit: str) -> bool:
        """Whether the caller may see placements of a unit."""
        return self.acts_for(unit) or (unit[:2] in self.lands and self.has(Role.AUDITOR))


class Issuer:
    """An OpenID provider by discovery: its keys, read again when a token names a new one.

    `inside` is where its documents are read where its name does not lead there, as in containers.
    """

    def __init__(self, issuer: str, audience: str, inside: str | None = None) -> None:
        self._issuer, self._audience = issuer, audience
        self._inside = (inside or issuer).rstrip("/")
        self._client = httpx.AsyncClient(
            timeout=ASK_SECONDS, trust_env=False, follow_redirects=False
        )
        self._keys: KeySet | None = None
        self._read_at = self._asked_at = float("-inf")
        self._lock = asyncio.Lock()
        self._refresh: asyncio.Task[None] | None = None
        self._known: dict[str, tuple[float, Caller]] = {}

    async def admit(self, token: str) -> Caller:
        """The caller behind a token, or TokenInvalid, or IssuerUnavailable."""
        known = self._known.get(token)
        if known and time.time() < known[0]:
            return known[1]
        if len(token) > MOST_CHARACTERS:
            raise TokenInvalid(f"{len(token)} characters")
        caller = _caller_of(await self._verify(token))
        if len(self._known) >= REMEMBERED_TOKENS:
            self._known.clear()
        ends = min(caller.ends_at + LEEWAY_SECONDS, time.time() + KEYS_AGE_SECONDS)
        self._known[token] = (ends, caller)
        return caller

    async def _verify(self, token: str) -> dict[str, Any]:
        keys = await self._load_keys()
        if _may_be_new_key(token, keys):
            await self._ask_for_keys()
            keys = await self._load_keys()
        try:
            claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self._issuer},
                aud={"essential": True, "value": self._audience},
                exp={"essential": True},
                sub={"essential": True},
            ).validate(claims)
        except MALFORMED as fault:
            raise TokenInvalid(type(fault).__name__) from fault
        return claims

    async def _load_keys(self) -> KeySet:
        """The keys as last read; nobody waits while they are read again for their age."""
        if self._keys is None:
            await self._ask_for_keys()
        if self._keys is None:
            raise IssuerUnavailable(self._issuer)
        is_old = time.monotonic() - self._read_at > KEYS_AGE_SECONDS
        if is_old and (self._refresh is None or self._refresh.done()):
            self._refresh = asyncio.create_task(self._ask_for_keys())
        return self._keys

    async def _ask_for_keys(self) -> None:
        """Read the keys unless that was tried a moment ago: tokens cost the issuer no more."""
        async with self._lock:
            if time.monotonic() - self._asked_at < ASK_AGAIN_SECONDS:
                return
            try:
                async with asyncio.timeout(ASK_SECONDS):
                    self._keys = await self._fetch_keys()
                self._read_at = time.monotonic()
            except (httpx.HTTPError, TimeoutError, *MALFORMED) as failure:
                log.warning("the keys of %s can't be read: %r", self._issuer, failure)
            self._asked_at = time.monotonic()

    async def _fetch_keys(self) -> KeySet:
        about = await self._client.get(self._inside + "/.well-known/openid-configuration")
        described = about.raise_for_status().json()
        if described["issuer"] != self._issuer:
            raise ValueError(f"it calls itself {described['issuer']}")
        named: str = described["jwks_uri"]
        keys = await self._client.get(named.replace(self._issuer.rstrip("/"), self._inside, 1))
        return KeySet.import_key_set(keys.raise_for_status().json())

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _may_be_new_key(token: str, keys: KeySet) -> bool:
    try:
        named = jws.extract_compact(token.encode()).headers().get("kid")
    except MALFORMED:
        return False
    return named not in [key.kid for key in keys.keys]


def _caller_of(claims: dict[str, Any]) -> Caller:
    client: str = claims["sub"]
    if not client.isprintable() or len(client) > MOST_CLIENT_CHARACTERS:
        raise TokenInvalid("sub is no name")
    return Caller(
        client=client,
        roles=frozenset(role for role in Role if role in _texts(claims, "roles")),
        lands=frozenset(_texts(claims, "lands")),
        units=frozenset(_texts(claims, "units")),
        ends_at=claims["exp"],
    )


def _texts(claims: dict[str, Any], name: str) -> list[str]:
    listed = claims.get(name, [])
    if not isinstance(listed, list):
        raise TokenInvalid(f"{name} is no list")
    return [one for one in listed if isinstance(one, str)]
