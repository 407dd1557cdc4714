"""Reads a signed token's form before its signature: strict, and nothing of it is obeyed."""

import base64
import json
import re
from typing import Any, Literal, NoReturn, TypeAlias

from access.caller import TokenInvalid

MOST_CHARACTERS = 16_384
ALGORITHMS = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384"),
    "OKP": ("EdDSA", "Ed25519"),
}
"""By the type of the key: all of them are asymmetric."""

TokenType: TypeAlias = Literal["at+jwt", "JWT"]
"""What an issuer's access tokens call themselves in their header."""

OF_RFC_9068: TokenType = "at+jwt"
OF_MOST: TokenType = "JWT"
TYPES = ("jwt", OF_RFC_9068)
"""What a token may call itself at all: the issuer also signs proofs, logouts and more."""

OF_OTHER_KINDS = {"nonce", "at_hash", "c_hash", "s_hash", "events"}
"""Claims of ID tokens and logout tokens, and of no access token."""

WRITTEN_KIND = {"typ": ("bearer",), "token_use": ("access",)}
"""Where Keycloak and Cognito say in a claim what kind a token is."""

PARTS = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
Header = dict[str, Any]


def read_header(token: str) -> Header:
    """The header of a token in the one form that we take, or TokenInvalid.

    Three parts in canonical base64url, two of them JSON objects without duplicate names; a header
    may name algorithm, type and key, and asks for nothing that would have to be understood.
    """
    found = PARTS.fullmatch(token) if len(token) <= MOST_CHARACTERS else None
    if found is None:
        raise TokenInvalid("it has not three parts")
    header, _claims = (_object(_decoded(part)) for part in found.groups()[:2])
    _decoded(found[3])
    if header.get("alg") not in [one for known in ALGORITHMS.values() for one in known]:
        raise TokenInvalid("its algorithm is none of ours")
    if "crit" in header or "b64" in header:
        raise TokenInvalid("its header asks for more than we understand")
    if _type_of(header) not in TYPES:
        raise TokenInvalid("it is no access token")
    if not isinstance(header.get("kid", ""), str):
        raise TokenInvalid("its key has no name")
    return header


def check_kind(header: Header, claims: dict[str, Any], issued: TokenType) -> None:
    """TokenInvalid where the issuer signed something else than an access token.

    An issuer whose access tokens call themselves JWT, as its ID tokens do, is believed to write
    into others what makes them others.
    """
    if _type_of(header) == OF_RFC_9068:
        return
    if issued == OF_RFC_9068:
        raise TokenInvalid("it does not say that it is an access token")
    if not OF_OTHER_KINDS.isdisjoint(claims):
        raise TokenInvalid("it is an ID token")
    for name, kinds in WRITTEN_KIND.items():
        if name in claims and str(claims[name]).lower() not in kinds:
            raise TokenInvalid("it says that it is something else")


def _type_of(header: Header) -> str:
    named = header.get("typ", "JWT")
    if not isinstance(named, str):
        raise TokenInvalid("its type has no name")
    return named.lower().removeprefix("application/")


def _decoded(part: str) -> bytes:
    """The bytes of a part; written in any other way they would make one token two."""
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError as fault:
        raise TokenInvalid("a part is no base64") from fault
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != part:
        raise TokenInvalid("a part is not written canonically")
    return raw


def _object(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_once_each, parse_constant=_refuse
        )
    except (ValueError, RecursionError) as fault:
        raise TokenInvalid("a part is no JSON") from fault
    if not isinstance(value, dict):
        raise TokenInvalid("a part is no object")
    return value


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name is there twice")
    return members


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
