"""A small issuer of OIDC tokens for trying out: loopback only, never for real operation."""

import base64
import binascii
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote_plus

from joserfc import jwt
from joserfc.jwk import ECKey, KeyParameters
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from embedded.credentials import Client
from embedded.home import write_whole

ALGORITHM = "ES256"
DEFAULT_SECONDS = 3600
LONGEST_SECONDS = 86_400
GRANT = "client_credentials"


class TokenRefused(Exception):
    """An error of RFC 6749, section 5.2."""

    def __init__(self, error: str, description: str, *, challenge: bool = False) -> None:
        super().__init__(description)
        self.status = 401 if error == "invalid_client" else 400
        self.body = {"error": error, "error_description": description}
        self.headers = {"WWW-Authenticate": 'Basic realm="issuer"'} if challenge else {}


@dataclass(frozen=True)
class Issuer:
    """Signs what its clients may claim; `audience` is the default."""

    name: str
    audience: str
    clients: Mapping[str, Client]
    key: ECKey

    def token(self, client: Client, wishes: Mapping[str, str]) -> str:
        """A signed token; the wishes may name another audience, issuer or lifetime."""
        now = int(time.time())
        claims: dict[str, object] = {
            "iss": wishes.get("issuer", self.name),
            "sub": client.client_id,
            "aud": wishes.get("audience", self.audience),
            "iat": now,
            "exp": now + lifetime(wishes),
            "jti": secrets.token_urlsafe(16),
            "roles": list(client.roles),
            "lands": list(client.lands),
        }
        if client.units:
            claims["units"] = list(client.units)
        header = {"alg": ALGORITHM, "kid": self.key.kid, "typ": "at+jwt"}
        return jwt.encode(header, claims, self.key)

    def client_of(self, authorization: str | None, form: Mapping[str, str]) -> Client:
        """The client that proves itself in the header or in the body, one of them."""
        in_body = "client_secret" in form
        if authorization is not None and in_body:
            raise TokenRefused("invalid_request", "the secret is in the header and in the body")
        basic = authorization is not None
        claimed = _basic(authorization) if authorization else _in_body(form)
        client = self.clients.get(claimed[0])
        known = client.client_secret if client else ""
        if not hmac.compare_digest(known.encode(), claimed[1].encode()) or client is None:
            raise TokenRefused("invalid_client", "unknown client or secret", challenge=basic)
        return client

    def configuration(self) -> dict[str, object]:
        """The discovery document."""
        return {
            "issuer": self.name,
            "jwks_uri": f"{self.name}/jwks.json",
            "token_endpoint": f"{self.name}/token",
            "grant_types_supported": [GRANT],
            "response_types_supported": ["none"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "service_documentation": "For trying out only: listens on loopback, forgets nothing.",
        }


def lifetime(wishes: Mapping[str, str]) -> int:
    """How many seconds the token is to be valid."""
    text = wishes.get("expires_in", str(DEFAULT_SECONDS))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LONGEST_SECONDS):
        raise TokenRefused("invalid_request", f"expires_in is 1 to {LONGEST_SECONDS} seconds")
    return int(text)


def kept_key(path: Path) -> ECKey:
    """The signing key of this file, made now if it is not there yet."""
    if path.exists():
        return ECKey.import_key(json.loads(path.read_text(encoding="utf-8")))
    parameters: KeyParameters = {"kid": secrets.token_urlsafe(8), "use": "sig", "alg": ALGORITHM}
    key = ECKey.generate_key("P-256", parameters)
    write_whole(path, json.dumps(key.as_dict(private=True)))
    return key


def issuer_app(issuer: Issuer) -> Starlette:
    """Discovery, the public key, and tokens by client credentials."""

    async def configuration(_request: Request) -> JSONResponse:
        return JSONResponse(issuer.configuration())

    async def jwks(_request: Request) -> JSONResponse:
        return JSONResponse({"keys": [issuer.key.as_dict(private=False)]})

    async def token(request: Request) -> JSONResponse:
        try:
            return granted(request.headers.get("authorization"), _form(await request.body()))
        except TokenRefused as refusal:
            return _answer(refusal)

    def granted(authorization: str | None, form: Mapping[str, str]) -> JSONResponse:
        if form.get("grant_type") != GRANT:
            missing = "grant_type" not in form
            error = "invalid_request" if missing else "unsupported_grant_type"
            raise TokenRefused(error, f"grant_type is {GRANT}")
        client = issuer.client_of(authorization, form)
        body = {
            "access_token": issuer.token(client, form),
            "token_type": "Bearer",
            "expires_in": lifetime(form),
        }
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", configuration),
            Route("/jwks.json", jwks),
            Route("/token", token, methods=["POST"]),
        ]
    )


def _answer(refusal: TokenRefused) -> JSONResponse:
    headers = {"Cache-Control": "no-store", **refusal.headers}
    return JSONResponse(refusal.body, refusal.status, headers)


def _form(body: bytes) -> dict[str, str]:
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body))
    except ValueError as error:
        raise TokenRefused("invalid_request", "the body is no form") from error
    if len(dict(fields)) < len(fields):
        raise TokenRefused("invalid_request", "a parameter is there twice")
    return dict(fields)


def _in_body(form: Mapping[str, str]) -> tuple[str, str]:
    try:
        return form["client_id"], form["client_secret"]
    except KeyError as error:
        raise TokenRefused("invalid_client", f"{error.args[0]} is missing") from error


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        colon = ""
    if scheme.lower() != "basic" or not colon:
        raise TokenRefused("invalid_client", "the header is no Basic one", challenge=True)
    return unquote_plus(name), unquote_plus(password)
