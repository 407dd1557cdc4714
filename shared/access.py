"""Who calls: bearer tokens checked against the issuer's published keys."""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Any

import httpx
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.codes import Role

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
LEEWAY_SECONDS = 30
KEYS_AGE_SECONDS = 600.0
ASK_AGAIN_SECONDS = 2.0
REMEMBERED_TOKENS = 4096
log = logging.getLogger(__name__)


class TokenInvalid(Exception):
    """A token that is not from our issuer, not for us, or not valid now."""


class IssuerUnavailable(Exception):
    """The issuer's keys were never read and can't be read now."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the token's subject, roles, Länder and, for cities, units."""

    client: str
    roles: frozenset[Role]
    lands: frozenset[str]
    units: frozenset[str]

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
    """An OpenID provider by discovery: its keys, read again when a token names a new one."""

    def __init__(self, issuer: str, audience: str) -> None:
        self._issuer, self._audience = issuer, audience
        self._client = httpx.AsyncClient(timeout=5.0, trust_env=False, follow_redirects=False)
        self._keys: KeySet | None = None
        self._read_at = self._asked_at = float("-inf")
        self._lock = asyncio.Lock()
        self._known: dict[str, tuple[float, Caller]] = {}

    async def admit(self, token: str) -> Caller:
        """The caller behind a token, or TokenInvalid, or IssuerUnavailable."""
        known = self._known.get(token)
        if known and time.time() < known[0]:
            return known[1]
        claims = await self._verify(token)
        caller = _caller_of(claims)
        if len(self._known) >= REMEMBERED_TOKENS:
            self._known.clear()
        ends = min(claims["exp"] + LEEWAY_SECONDS, time.time() + KEYS_AGE_SECONDS)
        self._known[token] = (ends, caller)
        return caller

    async def _verify(self, token: str) -> dict[str, Any]:
        for fresh in (False, True):
            keys = await self._load_keys(fresh=fresh)
            try:
                decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
                self._registry().validate(decoded.claims)
                return _with_expiry(decoded.claims)
            except (JoseError, ValueError, TypeError, KeyError) as fault:
                if fresh or not _may_be_new_key(token, keys):
                    raise TokenInvalid(type(fault).__name__) from fault
        raise TokenInvalid

    def _registry(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def _load_keys(self, *, fresh: bool) -> KeySet:
        async with self._lock:
            moment = time.monotonic()
            is_old = fresh or moment - self._read_at > KEYS_AGE_SECONDS
            if is_old and moment - self._asked_at > ASK_AGAIN_SECONDS:
                self._asked_at = moment
                await self._fetch_keys()
            if self._keys is None:
                raise IssuerUnavailable(self._issuer)
            return self._keys

    async def _fetch_keys(self) -> None:
        try:
            about = await self._client.get(
                self._issuer.rstrip("/") + "/.well-known/openid-configuration"
            )
            described = about.raise_for_status().json()
            if described["issuer"] != self._issuer:
                raise ValueError(f"it calls itself {described['issuer']}")
            keys = await self._client.get(described["jwks_uri"])
            self._keys = KeySet.import_key_set(keys.raise_for_status().json())
            self._read_at = time.monotonic()
        except (httpx.HTTPError, JoseError, ValueError, KeyError) as failure:
            log.warning("the keys of %s can't be read: %r", self._issuer, failure)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _may_be_new_key(token: str, keys: KeySet) -> bool:
    try:
        named = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError):
        return False
    return named not in {key.kid for key in keys.keys}


def _with_expiry(claims: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(claims["exp"], int | float) or not isinstance(claims["sub"], str):
        raise TokenInvalid("exp or sub has the wrong type")
    return claims


def _caller_of(claims: dict[str, Any]) -> Caller:
    named = _texts(claims, "roles")
    return Caller(
        client=claims["sub"],
        roles=frozenset(role for role in Role if role in named),
        lands=frozenset(_texts(claims, "lands")),
        units=frozenset(_texts(claims, "units")),
    )


def _texts(claims: dict[str, Any], name: str) -> list[str]:
    listed = claims.get(name, [])
    if not isinstance(listed, list):
        raise TokenInvalid(f"{name} is no list")
    return [one for one in listed if isinstance(one, str)]
