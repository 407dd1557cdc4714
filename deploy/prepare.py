"""Jobs that compose.yaml runs once per start: secrets, database, and the files for trying out."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import asyncpg

from deploy.migrations import migrate
from embedded.credentials import SERVICE, clients, secret, write_clients
from embedded.issuer import kept_key

SERVICES = ("admissions", "quota", "notifications")
FOLDER = Path(os.environ.get("HAFENLOTSE_SECRETS", "/secrets"))
TRY_FOLDER = Path("/try")
ROLES = Path(__file__).parent / "postgres" / "roles.sql"
ASK_FOR_CHANGE = "SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text)"
READABLE = 0o444


def make_secrets() -> None:
    """Make what is missing; what is there stays, over every start and upgrade.

    The folder is a volume that only containers of this file mount, so its files may be read by
    whatever user a container runs as.
    """
    secret(FOLDER / "postgres", "owner_password")
    service_secret = secret(FOLDER / "clients", SERVICE)
    secret(FOLDER / "admissions", "api_key_secret")
    secret(FOLDER / "notifications", "webhook_key")
    for service in SERVICES:
        secret(FOLDER / service, "database_password")
        (FOLDER / service / "service_client_secret").write_text(service_secret, encoding="utf-8")
    (FOLDER / "issuer").mkdir(exist_ok=True)
    write_clients(FOLDER / "issuer" / "clients.json", clients(FOLDER))
    kept_key(FOLDER / "issuer" / "issuer_key.json")
    for path in FOLDER.rglob("*"):
        path.chmod(0o755 if path.is_dir() else READABLE)


def prepare_database() -> None:
    """Roles, passwords, and the migrations of every service."""
    for name in asyncio.run(_prepare_database()):
        sys.stdout.write(f"applied {name}\n")


async def _prepare_database() -> list[str]:
    password = (FOLDER / "postgres" / "owner_password").read_text(encoding="utf-8")
    url = f"postgresql://postgres:{password}@postgres:5432/hafenlotse"
    tx = await asyncpg.connect(url, timeout=30)
    await tx.execute(ROLES.read_text(encoding="utf-8"))
    for service in SERVICES:
        own = (FOLDER / service / "database_password").read_text(encoding="utf-8")
        await tx.execute(await tx.fetchval(ASK_FOR_CHANGE, service, own))
    await tx.close()
    return [name for service in SERVICES for name in await migrate(url, service)]


def write_access() -> None:
    """access.json for whoever tries it out, as embedded mode writes it, and the mail folder."""
    mails = TRY_FOLDER / "mails"
    mails.mkdir(parents=True, exist_ok=True)
    mails.chmod(0o777)
    host = os.environ["HAFENLOTSE_TRY_FOLDER_ON_HOST"]
    content = {
        "address": os.environ["HAFENLOTSE_PUBLIC_ADDRESS"],
        "issuer": os.environ["HAFENLOTSE_ISSUER"],
        "audience": "hafenlotse",
        "token_url": os.environ["HAFENLOTSE_ISSUER"] + "/token",
        "webhook_sink": os.environ["HAFENLOTSE_WEBHOOK_SINK"],
        "mail_sink": f"{host}/mails",
        "clients": {
            known.client_id: {
                "client_id": known.client_id,
                "client_secret": known.client_secret,
            }
            for known in clients(FOLDER)
        },
    }
    (TRY_FOLDER / "access.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


JOBS: dict[str, Callable[[], None]] = {
    "secrets": make_secrets,
    "database": prepare_database,
    "access": write_access,
}

if __name__ == "__main__":
    JOBS[sys.argv[1]]()
