"""The receiver's side of Standard Webhooks 1.0: an own server and an own verification."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

Answer = tuple[int, dict[str, str]]
ACCEPTED: Answer = (204, {})


@dataclass(frozen=True)
class Call:
    """One request as it arrived; header names in lower case, `at` on the monotonic clock."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def message_id(self) -> str:
        return self.headers["webhook-id"]

    def data(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.body)
        return body

    def is_signed_with(self, secret: str) -> bool:
        """Whether one of its v1 signatures is ours, over id, timestamp and the very bytes."""
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        sent_at = self.headers["webhook-timestamp"]
        signed = f"{self.message_id}.{sent_at}.".encode() + self.body
        digest = hmac.new(key, signed, hashlib.sha256).digest()
        wanted = "v1," + base64.b64encode(digest).decode()
        is_recent = abs(time.time() - int(sent_at)) < 300
        return is_recent and wanted in self.headers["webhook-signature"].split(" ")


@dataclass
class Hook:
    """One receiver: what it was sent, and what it will answer (then: accepted)."""

    address: str
    answers: list[Answer] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    def alerts(self) -> list[dict[str, Any]]:
        return [alert for call in self.calls for alert in call.data()["data"]["alerts"]]


class WebhookSink:
    """A small HTTP server; each receiver has a path of its own."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self.hooks: dict[str, Hook] = {}

    @classmethod
    @asynccontextmanager
    async def listening(cls, address: str) -> AsyncIterator["WebhookSink"]:
        sink = cls(address)
        place = urlsplit(address)
        server = await asyncio.start_server(sink.serve, place.hostname, place.port)
        async with server:
            yield sink

    def hook(self, answers: Iterable[Answer] = ()) -> Hook:
        path = f"/hook/{uuid.uuid4()}"
        self.hooks[path] = Hook(self.address + path, list(answers))
        return self.hooks[path]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            call = await read_call(reader)
            status, headers = self.receive(call)
            writer.write(written(status, headers))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the caller went away, as one that is killed does
        finally:
            writer.close()

    def receive(self, call: Call) -> Answer:
        hook = self.hooks.get(call.path)
        if hook is None:
            return 404, {}
        hook.calls.append(call)
        return hook.answers.pop(0) if hook.answers else ACCEPTED


async def read_call(reader: asyncio.StreamReader) -> Call:
    """One HTTP/1.1 request with a Content-Length."""
    start, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
    parted = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in parted}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Call(start.split(" ")[1], headers, body, time.monotonic())


def written(status: int, headers: dict[str, str]) -> bytes:
    """An answer whose body is a text that nobody may pass on."""
    text = b"" if status == 204 else b"words of the receiver"
    fields = headers | {"Connection": "close"}
    if status != 204:
        fields |= {"Content-Length": str(len(text))}
    lines = [f"HTTP/1.1 {status} Answer", *(f"{n}: {v}" for n, v in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + text
