"""Reads a signed token's form before its signature: strict, and nothing of it is obeyed."""

import base64
import json
import re
from typing import Any, NoReturn

from access.caller import TokenInvalid

MOST_CHARACTERS = 16_384
ALGORITHMS = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384"),
    "OKP": ("EdDSA", "Ed25519"),
}
"""By the type of the key: all of them are asymmetric."""

TYPES = ("jwt", "at+jwt")
"""What a token may call itself: the issuer also signs things that are no access tokens."""

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
    named = header.get("typ", "JWT")
    if not isinstance(named, str) or named.lower().removeprefix("application/") not in TYPES:
        raise TokenInvalid("it is no access token")
    if not isinstance(header.get("kid", ""), str):
        raise TokenInvalid("its key has no name")
    return header


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
