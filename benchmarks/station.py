"""Our services as processes of their own, as they ship, on a database and topics of their own."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

import httpx

from benchmarks.database import OwnDatabase
from benchmarks.prepared import Servers
from embedded.credentials import secret
from embedded.ports import pick_port
from embedded.settings import ROOT

Process = Popen[bytes]
NOWHERE = "http://127.0.0.1:9"
READY_SECONDS = 120.0
LOOK_SECONDS = 0.01
SERVICES = ("admissions", "quota", "notifications")


@dataclass
class Station:
    """Where services run: servers, database, the prefix of their topics, and their ports."""

    servers: Servers
    own: OwnDatabase
    prefix: str
    issuer: str = NOWHERE
    ports: dict[str, int] = field(default_factory=dict)

    def address(self, service: str) -> str:
        """Where a service listens."""
        if service not in self.ports:
            self.ports[service] = pick_port(list(self.ports.values()))
        return f"http://127.0.0.1:{self.ports[service]}"

    @asynccontextmanager
    async def running(self, service: str) -> AsyncIterator[Process]:
        """`python -m services.<service>`; ended in order if it still runs."""
        process = self._start(service)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            await asyncio.to_thread(process.wait)

    async def seconds_until_ready(self, service: str) -> float:
        """How long it takes from now until the service says that it is ready."""
        begun_at = time.monotonic()
        async with httpx.AsyncClient(trust_env=False) as http:
            while not await _is_ready(http, f"{self.address(service)}/{service}/health/ready"):
                if time.monotonic() - begun_at > READY_SECONDS:
                    raise TimeoutError(f"{service} is not ready after {READY_SECONDS:.0f} s")
                await asyncio.sleep(LOOK_SECONDS)
        return time.monotonic() - begun_at

    def _start(self, service: str) -> Process:
        secrets = self.servers.folder / f"{self.own.name}-{service}"
        secrets.mkdir(exist_ok=True)
        for name in ("database_password", "service_client_secret"):
            Path(secrets, name).write_text(self.own.password, encoding="utf-8")
        for name in ("api_key_secret", "webhook_key"):
            secret(secrets, name)
        with Path(secrets, "log").open("ab") as log:
            return Popen(
                [sys.executable, "-m", f"services.{service}"],
                env=os.environ | self._settings(service, secrets),
                cwd=ROOT,
                stderr=log,
            )

    def _settings(self, service: str, secrets: Path) -> Mapping[str, str]:
        self.address(service)
        settings = {
            "HAFENLOTSE_PORT": str(self.ports[service]),
            "HAFENLOTSE_DATABASE_URL": self.own.url(service),
            "HAFENLOTSE_SECRETS_DIR": str(secrets),
            "HAFENLOTSE_KAFKA_BOOTSTRAP": self.servers.kafka.bootstrap,
            "HAFENLOTSE_TOPIC_PREFIX": self.prefix,
            "HAFENLOTSE_ISSUER": self.issuer,
            "HAFENLOTSE_TOKEN_URL": f"{self.issuer}/token",
            "HAFENLOTSE_ADMISSIONS_URL": self.address("admissions"),
            "HAFENLOTSE_QUOTA_URL": self.address("quota"),
            "HAFENLOTSE_RATE_PER_SECOND": "1000000",
            "HAFENLOTSE_RATE_BURST": "1000000",
        }
        if service == "notifications":
            settings |= {"HAFENLOTSE_SMTP_HOST": "127.0.0.1", "HAFENLOTSE_SMTP_PORT": "9"}
            settings |= {"HAFENLOTSE_MAIL_FROM": "hafenlotse@localhost"}
        return settings


async def _is_ready(http: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await http.get(address)).status_code == 200
    except httpx.TransportError:
        return False
