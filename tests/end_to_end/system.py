"""A running system as its clients see it: who may ask, and how."""

import base64
import json
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.model.crossings import Model

Json = dict[str, Any]
Headers = dict[str, str]
JSON_BODY = {"Content-Type": "application/json"}


@dataclass
class System:
    """Addresses and clients of an access.json. Tokens are asked for once and kept."""

    access_file: Path
    http: httpx.AsyncClient
    access: Json = field(init=False)
    tokens: dict[str, str] = field(default_factory=dict)
    model: Model = field(default_factory=Model)
    """What should be, as far as it was looked at; it goes on with what is new."""

    def __post_init__(self) -> None:
        self.access = json.loads(self.access_file.read_text())

    def caller(self, client: str) -> "Caller":
        """One of the named clients ("coordination", "city-01001")."""
        return Caller(self, client)

    @property
    def coordination(self) -> "Caller":
        return self.caller("coordination")

    def city(self, unit: str) -> "Caller":
        return self.caller(f"city-{unit}")

    async def token(self, client: str) -> str:
        if client not in self.tokens:
            self.tokens[client] = await self.new_token(client)
        return self.tokens[client]

    async def new_token(self, client: str, **wishes: str) -> str:
        """A token by client credentials; wishes: `audience`, `issuer`, `expires_in`."""
        form = {"grant_type": "client_credentials"} | self.access["clients"][client] | wishes
        answer = await self.http.post(self.access["token_url"], data=form)
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """A request without a token."""
        return await self.http.request(method, self.access["address"] + path, **more)

    def processes(self) -> dict[str, int]:
        """Name → process id as the file says now; empty where the system does not say."""
        named: dict[str, int] = json.loads(self.access_file.read_text()).get("processes", {})
        return named


@dataclass(frozen=True)
class Caller:
    """A client with its token; every POST gets an Idempotency-Key of its own unless told."""

    system: System
    client: str

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        token = await self.system.token(self.client)
        headers = {"Authorization": f"Bearer {token}"} | more.pop("headers", {})
        return await self.system.ask(method, path, headers=headers, **more)

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.ask("GET", path, params=query or None)

    async def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        """Header names are written with underscores: `If_Match=...`."""
        return await self.post_bytes(path, json.dumps(body).encode(), **headers)

    async def post_bytes(self, path: str, body: bytes, **headers: str) -> httpx.Response:
        """A body as it is."""
        sent = JSON_BODY | new_key() | named(headers)
        return await self.ask("POST", path, content=body, headers=sent)

    async def put(self, path: str, body: Any, **headers: str) -> httpx.Response:
        sent = JSON_BODY | named(headers)
        return await self.ask("PUT", path, content=json.dumps(body), headers=sent)

    async def delete(self, path: str, **headers: str) -> httpx.Response:
        return await self.ask("DELETE", path, headers=named(headers))

    async def seen(self, path: str, **query: Any) -> Json:
        """The body of a GET that must succeed."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        body: Json = answer.json()
        return body

    async def listed(self, path: str, **query: Any) -> list[Json]:
        """All items of a list, page by page."""
        items: list[Json] = []
        page = await self.seen(path, **query)
        items += page["items"]
        while page["next"] is not None:
            page = await self.seen(path, **query, cursor=page["next"])
            items += page["items"]
        return items

    async def fed(self, path: str, after: int = 0) -> list[Json]:
        """All items of a feed after a sequence."""
        items: list[Json] = []
        following: int | None = after
        while following is not None:
            page = await self.seen(path, after=following, limit=1000)
            items += page["items"]
            following = page["next"]
        return items


def named(headers: Headers) -> Headers:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def new_key() -> Headers:
    return {"Idempotency-Key": str(uuid.uuid4())}


def basic(client_id: str, secret: str) -> str:
    """Client credentials as an Authorization header."""
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()
