"""Leads every service that runs by the interpreter of `wires.py` to PostgreSQL over its wire."""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

URL = "HAFENLOTSE_DATABASE_URL"
PORT = Path(sys.prefix) / "port"


def rewired(url: str) -> str:
    """The same database by another port of this machine."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"{parts.username}@{parts.hostname}:{PORT.read_text()}").geturl()


if URL in os.environ:
    os.environ[URL] = rewired(os.environ[URL])
