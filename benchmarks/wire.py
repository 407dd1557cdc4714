"""HTTP as cheaply as Python can: a client that costs more than the server would measure itself."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from httptools import HttpResponseParser

MOST_CONNECTIONS = 256
ANSWER_SECONDS = 20.0
CHUNK_BYTES = 65_536
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0 when nothing did."""

    status: int
    body: bytes


NOTHING = Answer(0, b"")


class Wire:
    """Keep-alive connections to one address, each with one request at a time."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._idle: list[Streams] = []
        self._room = asyncio.Semaphore(MOST_CONNECTIONS)

    async def get(self, path: str, token: str) -> Answer:
        """The answer to a GET; NOTHING where none came."""
        return await self._ask(self._head("GET", path, token) + b"\r\n")

    async def post(self, path: str, token: str, key: str, body: bytes) -> Answer:
        """The answer to a POST of JSON under an Idempotency-Key; NOTHING where none came."""
        length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        named = f"Idempotency-Key: {key}\r\n{length}\r\n".encode()
        return await self._ask(self._head("POST", path, token) + named + body)

    def close(self) -> None:
        """Close what waits for the next request."""
        while self._idle:
            self._idle.pop()[1].close()

    def _head(self, method: str, path: str, token: str) -> bytes:
        place = f"{method} {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
        return f"{place}Authorization: Bearer {token}\r\n".encode()

    async def _ask(self, request: bytes) -> Answer:
        async with self._room:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    return await self._talk(request)
            except OSError:  # TimeoutError is one
                return NOTHING

    async def _talk(self, request: bytes) -> Answer:
        streams = await self._connected()
        try:
            streams[1].write(request)
            answer = await _read(streams[0])
        except BaseException:
            streams[1].close()
            raise
        self._idle.append(streams)
        return answer

    async def _connected(self) -> Streams:
        """A connection that waits and was not closed meanwhile, or a new one."""
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self._host, self._port)


class _Incoming:
    """What httptools calls back while it reads an answer."""

    def __init__(self) -> None:
        self.body = bytearray()
        self.is_whole = False

    def on_body(self, part: bytes) -> None:
        self.body += part

    def on_message_complete(self) -> None:
        self.is_whole = True


async def _read(reader: asyncio.StreamReader) -> Answer:
    incoming = _Incoming()
    parser = HttpResponseParser(incoming)
    while not incoming.is_whole:
        chunk = await reader.read(CHUNK_BYTES)
        if not chunk:
            raise ConnectionResetError("the answer was cut")
        parser.feed_data(chunk)
    return Answer(parser.get_status_code(), bytes(incoming.body))
