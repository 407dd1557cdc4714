"""The process for trying out: tokens and mails, on loopback, across a restart."""

import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]  # ships no types
import pytest

from embedded.child import Child
from embedded.credentials import Client, write_clients
from embedded.home import Home, open_home
from embedded.ports import is_free, pick_port
from embedded.programs import tryout_command
from embedded.settings import ROOT
from tests.eventually import eventually

pytestmark = pytest.mark.asyncio
FORM = {"grant_type": "client_credentials", "client_id": "auditor", "client_secret": "secret"}


class Tryout:
    """One such process, which can be started again."""

    def __init__(self, home: Home) -> None:
        first = pick_port()
        self.home, self.ports = home, {"issuer": first, "mail": pick_port([first])}
        write_clients(
            home.secrets / "clients.json", [Client("auditor", "secret", ("auditor",), ("01",))]
        )
        self.address = f"http://127.0.0.1:{first}"
        self.child: Child | None = None

    async def start(self) -> None:
        command = tryout_command(self.home, self.ports)
        self.child = Child(command, self.home.log("issuer"), str(self.home.root), ROOT)
        await eventually(
            lambda: not any(is_free(port) for port in self.ports.values()),
            within=15,
            because="issuer and mail sink listen",
        )

    def end(self) -> None:
        if self.child is not None:
            self.child.stop(5)


@pytest.fixture
def tryout(tmp_path: Path) -> Iterator[Tryout]:
    tried = Tryout(open_home(tmp_path / "state"))
    yield tried
    tried.end()


def send(port: int, subject: str) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "hafenlotse@localhost", "coordination@example.org"
    message["Subject"] = subject
    message.set_content("Lübeck: über Soll\n")
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(message)


async def test_mails_are_kept_whole_and_in_the_order_they_came(tryout: Tryout) -> None:
    await tryout.start()
    for number in range(3):
        send(tryout.ports["mail"], f"number {number}")
    kept = sorted(tryout.home.mails.iterdir())
    assert [path.suffix for path in kept] == [".eml"] * 3
    for number, path in enumerate(kept):
        assert f"Subject: number {number}" in path.read_text()
        assert "Lübeck" in path.read_text() or "TMO8YmVjaz" in path.read_text()


async def test_a_token_of_before_is_valid_after_a_kill(tryout: Tryout) -> None:
    await tryout.start()
    async with httpx.AsyncClient() as client:
        keys = (await client.get(f"{tryout.address}/jwks.json")).json()
        assert (await client.post(f"{tryout.address}/token", data=FORM)).status_code == 200
        assert tryout.child is not None
        tryout.child.kill()
        await tryout.start()
        assert (await client.get(f"{tryout.address}/jwks.json")).json() == keys


async def test_only_this_machine_reaches_the_issuer(tryout: Tryout) -> None:
    await tryout.start()
    outside = [
        address.address
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
        if address.family == socket.AF_INET and not address.address.startswith("127.")
    ]
    if not outside:
        pytest.skip("this machine has no address but loopback")
    for port in tryout.ports.values():
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((outside[0], port), timeout=2)
