"""The one place through which the command line changes anything."""

import getpass
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.postgres import Connection, Database, transaction

log = logging.getLogger(__name__)


def actor() -> str:
    """Who acts: `cli:` and the name of this machine's user."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user may have a number only
        return f"cli:{os.getuid()}"


@asynccontextmanager
async def acting(database: Database, act: str, on: str) -> AsyncIterator[Connection]:
    """One transaction in which somebody changes something; who did what is said when it is done.

    Whatever keeps records of changes belongs in here, in the same transaction.
    """
    async with transaction(database) as tx:
        yield tx
    log.warning("%s: %s %s", actor(), act, on)
