"""The notifications service as processes of its own, and readers of its stream."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from embedded.ports import pick_port
from services.notifications.domain.alert import Crossing
from services.notifications.handlers.crossings import Crossings
from shared.codes import Land
from shared.line import Line
from shared.postgres import Database
from tests.event_streams import Reader, reading
from tests.eventually import eventually
from tests.integration.notifications.crossings import LAND, CrossingsInTest
from tests.integration.notifications.service import ALERTS, NOWHERE
from tests.integration.servers import OwnDatabase
from tests.integration.shared.issuers import IssuerInTest

ROOT = Path(__file__).parents[3]
STREAM = f"{ALERTS}/stream"


@dataclass
class Station:
    """One process of the service; `token` is the coordination's."""

    client: httpx.AsyncClient
    process: asyncio.subprocess.Process
    token: str

    async def get(self, token: str | None = None, **headers: str) -> httpx.Response:
        """An answer that is read whole: a refusal, for a stream has no end."""
        sent = {"Authorization": f"Bearer {token or self.token}"} | _named(headers)
        return await self.client.get(STREAM, headers=sent)

    @asynccontextmanager
    async def reader(self, token: str | None = None, **headers: str) -> AsyncIterator[Reader]:
        """A reader that has got its answer; it goes away at the end of the block."""
        sent = {"Authorization": f"Bearer {token or self.token}"} | _named(headers)
        async with reading(self.client, STREAM, sent) as reader:
            yield reader

    async def acknowledge(self, alert: str) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": alert}
        path = f"{ALERTS}/{alert}/acknowledgement"
        answer = await self.client.post(path, json={}, headers=headers)
        assert answer.status_code == 201, answer.text

    async def end(self, how: signal.Signals, within: float = 8) -> int:
        """Signal it, and wait for its exit code."""
        self.process.send_signal(how)
        async with asyncio.timeout(within):
            return await self.process.wait()


@asynccontextmanager
async def running_station(
    own: OwnDatabase, issuer: IssuerInTest, folder: Path, **environment: str
) -> AsyncIterator[Station]:
    """A process at work without Kafka; it is killed at the end if it still runs."""
    port = pick_port()
    (folder / "webhook_key").write_text("a" * 32, encoding="utf-8")
    (folder / "database_password").write_text(own.passwords["notifications"], encoding="utf-8")
    settings = {
        "HAFENLOTSE_PORT": str(port),
        "HAFENLOTSE_DATABASE_URL": own.url("notifications"),
        "HAFENLOTSE_SECRETS_DIR": str(folder),
        "HAFENLOTSE_KAFKA_BOOTSTRAP": NOWHERE,
        "HAFENLOTSE_ISSUER": issuer.name,
        "HAFENLOTSE_SMTP_PORT": "9",
    }
    with (folder / f"notifications-{port}.log").open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.notifications"),
            env={"PATH": os.environ["PATH"], **settings, **environment},
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        station = Station(client, process, issuer.token())
        try:
            await eventually(lambda: _is_at_work(station), within=20, because="it is at work")
            yield station
        finally:
            if process.returncode is None:
                await station.end(signal.SIGKILL)


@dataclass
class LazyReader:
    """A reader on a bare connection that takes nothing until it is told to."""

    connection: asyncio.StreamReader
    buffered: bytes = b""

    async def reads_until(self, mark: bytes, within: float = 20) -> None:
        async with asyncio.timeout(within):
            while mark not in self.buffered:
                self.buffered += await self.connection.read(65536)

    @property
    def numbers(self) -> list[int]:
        return [
            int(number) for number in re.findall(rb"^id: ([0-9]+)$", self.buffered, re.MULTILINE)
        ]


@asynccontextmanager
async def lazy_reader(station: Station) -> AsyncIterator[LazyReader]:
    """Connected, answered, and not reading; the machine keeps only little for it."""
    address = station.client.base_url
    connecting = socket.socket()
    connecting.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    connecting.connect((address.host, address.port))
    reader, writer = await asyncio.open_connection(sock=connecting, limit=8192)
    head = (f"GET {STREAM} HTTP/1.1", "Host: here", f"Authorization: Bearer {station.token}")
    writer.write("\r\n".join([*head, "", ""]).encode())
    lazy = LazyReader(reader)
    await lazy.reads_until(b": alerts\n")
    try:
        yield lazy
    finally:
        writer.close()


async def _is_at_work(station: Station) -> bool:
    headers = {"Authorization": f"Bearer {station.token}"}
    return (await station.client.get(ALERTS, headers=headers)).status_code == 200


def an_owner(database: Database, crossings: CrossingsInTest, land: Land = LAND) -> Line[Crossing]:
    """Applies a Land's crossings from outside the stations: only their polls can notice."""
    return Line(land, Crossings(database, crossings))


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
