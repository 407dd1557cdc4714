"""Tokens that nobody may believe, made from one that is good."""

import base64
import hashlib
import hmac
import json
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

Claims = dict[str, Any]


def part(value: Claims) -> str:
    """A header or payload as a part of a token."""
    return encoded(json.dumps(value).encode())


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def decoded(token: str, place: int) -> Claims:
    """The header (0) or payload (1) of a token, unchecked."""
    text = token.split(".")[place]
    claims: Claims = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return claims


def without_signature(token: str, algorithm: str) -> str:
    """The good payload under a header that asks for no signature."""
    return f"{part({'alg': algorithm, 'typ': 'JWT'})}.{token.split('.')[1]}."


def signed_with_public_key(token: str, public_key: bytes) -> str:
    """HS256 with the issuer's public key taken as the shared secret."""
    header = decoded(token, 0) | {"alg": "HS256"}
    signed = f"{part(header)}.{token.split('.')[1]}"
    digest = hmac.new(public_key, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{encoded(digest)}"


def signed_with_own_key(token: str, **header: str) -> str:
    """The good payload, signed well, but by a key that the issuer never published.

    A header `jwk` becomes the own public key, whatever text is given.
    """
    kept = {name: value for name, value in decoded(token, 0).items() if name in {"alg", "kid"}}
    is_curve = kept["alg"].startswith("ES")
    key = ECKey.generate_key("P-256") if is_curve else RSAKey.generate_key(2048)
    own: Claims = {"jwk": key.as_dict(private=False)} if "jwk" in header else {}
    registry = JWSRegistry(strict_check_header=False)
    return jwt.encode(kept | header | own, decoded(token, 1), key, registry=registry)


def with_claims(token: str, **claims: Any) -> str:
    """The good signature under a changed payload."""
    header, _, signature = token.split(".")
    return f"{header}.{part(decoded(token, 1) | claims)}.{signature}"
