"""A real issuer on a real port, that counts who asks, changes its keys and goes away."""

import base64
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from access.caller import TokenInvalid
from access.issuer import Issuer as Door
from embedded.credentials import Client
from embedded.issuer import ALGORITHM, Issuer, issuer_app
from embedded.ports import pick_port
from tests.eventually import eventually

COORDINATION = Client("coordination", "", ("coordination",), ("01",))


def a_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": ALGORITHM})


@dataclass
class IssuerInTest:
    """The issuer of embedded mode; `asked` counts how often its keys were read."""

    port: int = field(default_factory=pick_port)
    key: ECKey = field(default_factory=lambda: a_key("first"))
    old: list[ECKey] = field(default_factory=list)
    asked: int = 0
    server: uvicorn.Server | None = None
    thread: threading.Thread | None = None

    @property
    def name(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def issuer(self) -> Issuer:
        return Issuer(self.name, "hafenlotse", {}, self.key)

    def token(self, client: Client = COORDINATION, **wishes: str) -> str:
        """A token as the issuer gives it, to the client's wishes."""
        return self.issuer().token(client, wishes)

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        plain = {
            "iss": self.name,
            "sub": "coordination",
            "aud": "hafenlotse",
            "iat": now,
            "exp": now + 600,
            "roles": ["coordination"],
            "lands": ["01"],
        }
        return {name: value for name, value in (plain | changes).items() if value is not None}

    def signed(self, claims: Mapping[str, Any], **header: Any) -> str:
        """Any claims under the issuer's own key."""
        own = {"alg": ALGORITHM, "kid": self.key.kid, "typ": "at+jwt", **header}
        return jwt.encode(own, {**claims}, self.key)

    def counting(self, app: ASGIApp) -> ASGIApp:
        async def count(scope: Scope, receive: Receive, send: Send) -> None:
            published = {"keys": [key.as_dict(private=False) for key in (self.key, *self.old)]}
            if scope["path"] == "/jwks.json":
                self.asked += 1
                await JSONResponse(published)(scope, receive, send)
            else:
                await app(scope, receive, send)

        return count

    async def start(self) -> None:
        app = self.counting(issuer_app(self.issuer()))
        config = uvicorn.Config(app, port=self.port, log_config=None, lifespan="off")
        server = self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=server.run, daemon=True)
        self.thread.start()
        await eventually(lambda: server.started, within=10, because="the issuer starts")

    async def stop(self) -> None:
        if self.server and self.thread:
            self.server.should_exit, thread = True, self.thread
            await eventually(lambda: not thread.is_alive(), within=10, because="it stops")

    async def rotate(self, kid: str, *, keeps_the_old: bool = False) -> None:
        """Sign with a new key from now on, and publish only that one, or both."""
        await self.stop()
        self.old = [self.key] if keeps_the_old else []
        self.key = a_key(kid)
        await self.start()


@asynccontextmanager
async def running_issuer() -> AsyncIterator[IssuerInTest]:
    """An issuer for one test."""
    issuer = IssuerInTest()
    await issuer.start()
    try:
        yield issuer
    finally:
        await issuer.stop()


async def is_admitted(door: Door, token: str) -> bool:
    return (await door.admit(token)).client == "coordination"


async def is_refused(door: Door, token: str) -> bool:
    try:
        await door.admit(token)
    except TokenInvalid:
        return True
    return False


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(written: str) -> bytes:
    """The bytes of a part of a token."""
    return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))


def with_header(header: Any, signature: bytes = b"") -> Callable[[IssuerInTest], str]:
    return lambda issuer: f"{part(header)}.{part(issuer.claims())}.{part(signature)}"
