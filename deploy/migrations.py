"""Applies numbered SQL files, forward only, each once and whole."""

import asyncio
import hashlib
import os
import re
import sys
from pathlib import Path

from access.transport import owners_url
from shared.postgres import Connection, connect

ROOT = Path(__file__).resolve().parent.parent
LONGEST_SECONDS = 600.0
NAME = re.compile(r"\d{4}_[a-z_]+\.sql")

REMEMBER = """
    CREATE TABLE IF NOT EXISTS migrations (
        name text PRIMARY KEY,
        sha256 text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
    )
"""
LOCK = "SELECT pg_advisory_lock(hashtext('migrations ' || $1))"
APPLIED = "SELECT name, sha256 FROM migrations"
RECORD = "INSERT INTO migrations (name, sha256) VALUES ($1, $2)"


class MigrationChanged(Exception):
    """A file that was applied before reads differently now; migrations are never edited."""

    def __init__(self, name: str) -> None:
        super().__init__(f"migration {name} was changed after it was applied: restore it")


async def migrate(admin_url: str, service: str) -> list[str]:
    """Bring the service's schema up to date as the database's owner; the names applied now."""
    tx = await connect(admin_url, os.environ.get("PGPASSWORD"), f"migrations {service}")
    try:
        await tx.execute(f'SET search_path = "{service}"')
        await tx.execute(LOCK, service, timeout=LONGEST_SECONDS)
        await tx.execute(REMEMBER)
        known = {row["name"]: row["sha256"] for row in await tx.fetch(APPLIED)}
        return [name for name in _files(service) if await _apply(tx, name, known)]
    finally:
        await tx.close()


def _files(service: str) -> list[str]:
    folders = (
        ROOT / "shared" / "tables",
        ROOT / "audit" / "tables",
        ROOT / "services" / service / "migrations",
    )
    return [
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in sorted(folder.glob("*.sql"))
        if NAME.fullmatch(path.name)
    ]


async def _apply(tx: Connection, name: str, known: dict[str, str]) -> bool:
    text = (ROOT / name).read_text(encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    if name in known:
        if known[name] != digest:
            raise MigrationChanged(name)
        return False
    async with tx.transaction():
        await tx.execute(text, timeout=LONGEST_SECONDS)
        await tx.execute(RECORD, name, digest)
    return True


if __name__ == "__main__":
    for applied in asyncio.run(migrate(owners_url(), sys.argv[1])):
        print(f"applied {applied}")
