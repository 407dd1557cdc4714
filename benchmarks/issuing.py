"""An issuer of tokens in a process of its own, whose clients reach every Land."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import Popen

import httpx

from embedded.credentials import LANDS, SERVICE, Client, write_clients
from embedded.ports import pick_port
from embedded.settings import ROOT

READY_SECONDS = 30.0


class Tokens:
    """Asks the issuer for tokens; every client's secret is the same."""

    def __init__(self, issuer: str, secret: str) -> None:
        self.issuer = issuer
        self._secret = secret

    def of(self, client: str) -> str:
        """A fresh token of `coordination` or `service`."""
        granted = httpx.post(
            f"{self.issuer}/token",
            data={"grant_type": "client_credentials"},
            auth=(client, self._secret),
            trust_env=False,
        )
        return str(granted.raise_for_status().json()["access_token"])


@asynccontextmanager
async def running_issuer(folder: Path, secret: str) -> AsyncIterator[Tokens]:
    """The issuer of embedded mode, until the end."""
    port = pick_port()
    issuer = f"http://127.0.0.1:{port}"
    process = _start(folder / "issuer", secret, issuer, port)
    try:
        await _answers(f"{issuer}/jwks.json")
        yield Tokens(issuer, secret)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)


def _start(secrets: Path, secret: str, issuer: str, port: int) -> Popen[bytes]:
    secrets.mkdir()
    roles = {"coordination": "coordination", SERVICE: "service"}
    clients = [Client(name, secret, (role,), LANDS) for name, role in roles.items()]
    write_clients(secrets / "clients.json", clients)
    settings = {
        "HAFENLOTSE_SECRETS_DIR": str(secrets),
        "HAFENLOTSE_ISSUER": issuer,
        "HAFENLOTSE_AUDIENCE": "hafenlotse",
        "HAFENLOTSE_PORT": str(port),
        "HAFENLOTSE_SMTP_PORT": str(pick_port([port])),
        "HAFENLOTSE_MAIL_SINK": str(secrets),
    }
    command = [sys.executable, "-m", "embedded.tryout"]
    return Popen(command, env=os.environ | settings, cwd=ROOT)


async def _answers(address: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as http, asyncio.timeout(READY_SECONDS):
        while True:
            try:
                await http.get(address)
                return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
