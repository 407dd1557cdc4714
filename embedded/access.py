"""access.json: where everything is and how to get in, for whoever tries it out."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from embedded.credentials import Client
from embedded.home import Home, write_whole
from embedded.settings import Settings

AUDIENCE = "hafenlotse"


def issuer_address(ports: Mapping[str, int]) -> str:
    """The issuer's name in tokens, which is also where it listens."""
    return f"http://127.0.0.1:{ports['issuer']}"


def token_address(ports: Mapping[str, int]) -> str:
    """Where tokens are asked for."""
    return f"{issuer_address(ports)}/token"


def webhook_sink(ports: Mapping[str, int]) -> str:
    """The one loopback address that webhooks may go to; nothing listens there by itself."""
    return f"http://127.0.0.1:{ports['webhook_sink']}"


def write_access(
    home: Home,
    settings: Settings,
    ports: Mapping[str, int],
    clients: Iterable[Client],
    processes: Mapping[str, int],
) -> None:
    """Write it whole, readable by its owner only."""
    content = {
        "address": settings.address,
        "issuer": issuer_address(ports),
        "audience": AUDIENCE,
        "token_url": token_address(ports),
        "webhook_sink": webhook_sink(ports),
        "mail_sink": str(home.mails),
        "processes": dict(processes),
        "clients": {
            client.client_id: {
                "client_id": client.client_id,
                "client_secret": client.client_secret,
            }
            for client in clients
        },
    }
    write_whole(home.access, json.dumps(content, indent=1) + "\n")


def curl_files(folder: Path, clients: Iterable[Client]) -> None:
    """One file per client for `curl -K`, so that no secret stands in a command."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for client in clients:
        line = f'user = "{client.client_id}:{client.client_secret}"\n'
        path = folder / client.client_id
        if not path.exists() or path.read_text(encoding="utf-8") != line:
            write_whole(path, line)
