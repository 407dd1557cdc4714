"""What a system handed out and must not tell again: not in a log, not in the words of a command."""

import re
from collections.abc import Iterable
from pathlib import Path

import httpx

LONG = re.compile(r"[\w-]{32,}")
"""Secrets of the state folder are long random words; nothing else in its files is."""
PRIVATE = re.compile(r'"d": ?"([\w-]+)"')
"""Of the issuer's key, whose other parts are published."""
SHOWN = re.compile(r'"(?:access_token|secret|key)": ?"((?:whsec_|hl_|eyJ)[^"]+)"')
"""In answers: tokens, API keys, and secrets of webhooks."""


class HandedOut:
    """Remembers the secrets in all answers to a client."""

    def __init__(self) -> None:
        self.secrets: set[str] = set()

    async def look_at(self, answer: httpx.Response) -> None:
        """Keep what an answer shows once."""
        if answer.headers.get("Content-Type", "").startswith("application/json"):
            await answer.aread()
            self.secrets.update(SHOWN.findall(answer.text))


def kept_secrets(home: Path) -> set[str]:
    """Every secret in the files of a state folder."""
    found: set[str] = set()
    for file in (home / "secrets").rglob("*"):
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            found.update(PRIVATE.findall(text) if '"kty"' in text else LONG.findall(text))
    return found


def logs_of(home: Path) -> dict[str, str]:
    """What all processes wrote, by file; old parts of long logs too."""
    files = (file for file in (home / "logs").glob("*") if file.is_file())
    return {file.name: file.read_text(encoding="utf-8", errors="replace") for file in files}


def spilled(secrets: Iterable[str], texts: dict[str, str]) -> list[str]:
    """Where a secret stands, and how it begins."""
    return [
        f"{name}: {secret[:6]}…"
        for secret in secrets
        for name, text in texts.items()
        if secret in text
    ]
