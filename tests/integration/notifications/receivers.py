"""A real web server that takes webhooks and answers as a test tells it to."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

HANG, CUT, ENDLESS = "hang", "cut", "endless"


@dataclass(frozen=True)
class Call:
    """One request as it came; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def alerts(self) -> list[dict[str, Any]]:
        return list(orjson.loads(self.body)["data"]["alerts"])

    def is_signed_with(self, secret: str) -> bool:
        """Standard Webhooks 1.0, computed by hand over the very bytes."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        about = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}."
        digest = hmac.new(key, about.encode() + self.body, hashlib.sha256).digest()
        return self.headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


@dataclass
class Receiver:
    """Calls as they came; answers in order: a status, a whole answer, or HANG, CUT, ENDLESS."""

    port: int = 0
    answers: list[int | bytes | str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    connections: int = 0
    ends: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            self.calls.append(await _read(reader))
            await self._answer(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # whoever called went away
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        answer = self.answers.pop(0) if self.answers else 204
        if answer == HANG:
            await self.ends.wait()
            return
        if answer == CUT:
            return
        if isinstance(answer, int):
            answer = f"HTTP/1.1 {answer} Secret Words\r\nContent-Length: 0\r\n\r\n".encode()
        if answer == ENDLESS:
            answer = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + b"x" * 65536
        assert isinstance(answer, bytes)
        writer.write(answer)
        await writer.drain()


async def _read(reader: asyncio.StreamReader) -> Call:
    start, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
    parted = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in parted}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Call(start.split(" ")[1], headers, body)


@asynccontextmanager
async def running_receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    listening = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield receiver
        receiver.ends.set()
