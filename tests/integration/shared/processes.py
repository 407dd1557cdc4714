"""The notes service, in this process or as one of its own."""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from pydantic import PostgresDsn, SecretStr

from audit.routes import audited
from embedded.ports import pick_port
from shared.service import Service
from shared.settings import ServiceSettings
from tests.eventually import eventually
from tests.integration.shared.issuers import IssuerInTest
from tests.integration.shared.notes import router, work

ROOT = Path(__file__).parents[3]
NOTES = "/quota/v1/notes"


@dataclass
class Notes:
    """The notes service, and a client that the coordination's token is given to."""

    client: httpx.AsyncClient
    issuer: IssuerInTest

    async def health(self, kind: str) -> tuple[int, Any]:
        answer = await self.client.get(f"/quota/health/{kind}")
        return answer.status_code, answer.json()

    async def becomes_ready(self, within: float = 20) -> None:
        async def ready() -> bool:
            return (await self.health("ready"))[0] == 200

        await eventually(ready, within=within, because="the service becomes ready")

    async def write(
        self, said: str, key: str | None = None, *, path: str = NOTES, **more: Any
    ) -> httpx.Response:
        headers = {"Idempotency-Key": key or secrets.token_hex(8)}
        return await self.request("POST", path, json={"said": said, **more}, headers=headers)

    async def count(self, said: str) -> int:
        answer = await self.request("GET", f"{NOTES}/{said}")
        return int(answer.json()["count"])

    async def request(
        self, method: str, path: str, *, token: str | None = None, **more: Any
    ) -> httpx.Response:
        given = {"Authorization": f"Bearer {token or self.issuer.token()}"}
        headers = {**given, "Accept-Language": "en", **more.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **more)


@dataclass
class NotesProcess(Notes):
    """The notes service as a process of its own."""

    process: asyncio.subprocess.Process
    log: Path

    async def exit_code(self, within: float) -> int:
        async with asyncio.timeout(within):
            return await self.process.wait()


@asynccontextmanager
async def notes_here(
    url: str, password: str, issuer: IssuerInTest, **settings: Any
) -> AsyncIterator[Notes]:
    """The notes service in this process, without a server between it and the client."""
    service = Service(
        "quota",
        ServiceSettings(
            port=1,
            database_url=PostgresDsn(url),
            database_password=SecretStr(password),
            kafka_bootstrap="127.0.0.1:9",
            issuer=issuer.name,
            **settings,
        ),
    )
    app = service.app([router, *audited(service)], work)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://notes") as client,
    ):
        notes = Notes(client, issuer)
        await notes.becomes_ready()
        yield notes


@asynccontextmanager
async def notes_process(
    database: str, password: str, issuer: IssuerInTest, folder: Path, **environment: str
) -> AsyncIterator[NotesProcess]:
    """Start it; it is killed at the end if it still runs."""
    port = pick_port()
    (folder / "database_password").write_text(password, encoding="utf-8")
    settings = {
        "HAFENLOTSE_PORT": str(port),
        "HAFENLOTSE_DATABASE_URL": database,
        "HAFENLOTSE_SECRETS_DIR": str(folder),
        "HAFENLOTSE_KAFKA_BOOTSTRAP": "127.0.0.1:9",
        "HAFENLOTSE_ISSUER": issuer.name,
    }
    log = folder / "notes.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.integration.shared.notes"),
            env={"PATH": os.environ["PATH"], **settings, **environment},
            cwd=ROOT,
            stderr=output,
        )
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        notes = NotesProcess(client, issuer, process, log)
        try:
            await eventually(
                lambda: notes.health("live"), within=20, because="the process answers at all"
            )
            yield notes
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
                await process.wait()
