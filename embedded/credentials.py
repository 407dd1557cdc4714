"""The secrets of one state folder: made at the first start, the same ever after."""

import csv
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from embedded.home import write_whole
from embedded.settings import ROOT

UNITS = ROOT / "services" / "admissions" / "data" / "units.csv"
LAND = "01"
LANDS = tuple(f"{number:02}" for number in range(1, 17))
SERVICE = "service"
TRYING_OUT = ("coordination", "auditor", "operator")


@dataclass(frozen=True)
class Client:
    """Someone who may ask the issuer for a token, and what that token says."""

    client_id: str
    client_secret: str
    roles: tuple[str, ...]
    lands: tuple[str, ...]
    units: tuple[str, ...] = ()


def secret(folder: Path, name: str) -> str:
    """The secret kept in this file, made now if it is not there yet."""
    path = folder / name
    if path.exists():
        return path.read_text(encoding="utf-8")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = secrets.token_urlsafe(32)
    write_whole(path, made)
    return made


def clients(folder: Path) -> list[Client]:
    """The clients of the issuer: the coordination, the auditor, the operator, cities, services."""
    own = folder / "clients"
    return [
        *(_client(own, role, role, (LAND,)) for role in TRYING_OUT),
        _client(own, SERVICE, "service", LANDS),
        *(_client(own, f"city-{ags}", "city", (LAND,), (ags,)) for ags in units_of_land(LAND)),
    ]


def write_clients(path: Path, known: list[Client]) -> None:
    """Hand the clients to the issuer."""
    write_whole(path, json.dumps([asdict(client) for client in known]))


def read_clients(path: Path) -> dict[str, Client]:
    """The clients that were handed over, by their id."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    lists = ("roles", "lands", "units")
    known = [Client(**{**row, **{name: tuple(row[name]) for name in lists}}) for row in rows]
    return {client.client_id: client for client in known}


def units_of_land(land: str, path: Path = UNITS) -> list[str]:
    """The codes of a Land's units of today, as text with the leading zero."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return sorted(row["code"] for row in rows if row["land"] == land and not row["valid_to"])


def _client(
    folder: Path, client_id: str, role: str, lands: tuple[str, ...], units: tuple[str, ...] = ()
) -> Client:
    return Client(client_id, secret(folder, client_id), (role,), lands, units)
