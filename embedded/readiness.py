"""Asks the processes whether they can do their work, and if not, what they wait for."""

import asyncio
import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from embedded.home import Home
from embedded.ports import is_free, remembered
from embedded.programs import ready_addresses
from embedded.settings import Settings

ASK_SECONDS = 3.0


def ask(address: str) -> tuple[int, bytes]:
    """Status and body of a GET on loopback; status 0 where nothing answers."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=ASK_SECONDS)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


async def is_ready(address: str) -> bool:
    """Whether it answers 200 there."""
    status, _ = await asyncio.to_thread(ask, address)
    return status == 200


def state_of(address: str) -> str:
    """'ready', or what it says that it waits for."""
    status, body = ask(address)
    if status == 200:
        return "ready"
    return f"waits: {_reasons(body)}" if body else "does not answer yet"


def states(home: Home, settings: Settings) -> dict[str, str]:
    """What each process says about itself; of the two servers of data, whether they listen.

    Empty as long as the first start has not settled the ports.
    """
    ports = remembered(home.ports)
    if not ports:
        return {}
    addresses = ready_addresses(settings, ports)
    with ThreadPoolExecutor(len(addresses)) as askers:
        answers = dict(zip(addresses, askers.map(state_of, addresses.values()), strict=True))
    for name in ("postgres", "kafka"):
        answers[name] = "starts" if is_free(ports[name]) else "ready"
    return answers


def what_it_waits_for(home: Home, settings: Settings) -> str:
    """Every process that is not ready, with its reason, in one line."""
    found = states(home, settings).items()
    return "; ".join(f"{name} {state}" for name, state in found if state != "ready") or "nothing"


def _reasons(body: bytes) -> str:
    try:
        answer = json.loads(body)
    except ValueError:
        return body.decode(errors="replace")[:200]
    reasons = answer.get("waits_for") or answer.get("detail") or answer
    return ", ".join(map(str, reasons)) if isinstance(reasons, list) else str(reasons)
