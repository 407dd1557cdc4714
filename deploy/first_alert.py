"""Try it out in containers: one city's placement, and the alerts that it made, step by step."""

import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from embedded.credentials import read_clients

CLIENTS = Path("/secrets/issuer/clients.json")
TOKENS = "http://127.0.0.1:8480/token"
SYSTEM = "http://proxy:8080"
PLACEMENT = {
    "unit": "01001",
    "programme": "safe-harbour",
    "persons": 3,
    "effective_on": "2023-05-01",
}
WITHIN_SECONDS = 30.0


def main() -> int:
    """Flensburg takes in three people; exit 1 if no alert comes of it in time."""
    say(f"1. The city of Flensburg submits {PLACEMENT}")
    city = caller("city-01001", {"Idempotency-Key": str(uuid.uuid4())})
    answer = city.post("/admissions/v1/placements", json=PLACEMENT).raise_for_status().json()
    sequence = answer["sequence"]
    say(f"   201: entry {sequence} of the ledger, placement {answer['id']}")
    say("2. Waiting for the alerts of the coordination")
    coordination = caller("coordination")
    alerts = awaited(lambda: raised_by(coordination, sequence))
    for alert in alerts:
        say(
            f"   {alert['quota']}: {alert['unit']} was {alert['before']}, is {alert['after']} "
            f"by {alert['balance']['decimal']} people ({alert['cause']})"
        )
    mails = "3. The mails are in the folder 'mails' beside access.json"
    say(mails if alerts else "   none came, as it is when nobody moved, say by a second try")
    return 0 if alerts else 1


def caller(name: str, headers: dict[str, str] | None = None) -> httpx.Client:
    """A client that shows the token of one of the clients for trying out."""
    secret = read_clients(CLIENTS)[name].client_secret
    form = {"grant_type": "client_credentials"}
    token = httpx.post(TOKENS, data=form, auth=(name, secret)).raise_for_status().json()
    shown = {"Authorization": f"Bearer {token['access_token']}", **(headers or {})}
    return httpx.Client(base_url=SYSTEM, headers=shown)


def raised_by(coordination: httpx.Client, sequence: int) -> list[dict[str, Any]]:
    """The alerts whose cause is this entry of the ledger."""
    listed = coordination.get("/notifications/v1/alerts", params={"limit": 500}).raise_for_status()
    return [alert for alert in listed.json()["items"] if alert["ledger_sequence"] == sequence]


def awaited(ask: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What `ask` answers as soon as that is anything, or nothing when time is up."""
    end = time.monotonic() + WITHIN_SECONDS
    while time.monotonic() < end:
        if found := ask():
            return found
        time.sleep(0.5)
    return []


def say(line: str) -> None:
    """One line for people."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
