"""The one place through which the command line changes anything."""

import getpass
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from audit.record import Outcome, Record
from audit.store.records import chain, insert_records
from shared.clock import now
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
    """One transaction in which somebody changes something, with its row in the audit log."""
    async with transaction(database) as tx:
        yield tx
        await insert_records(tx, [a_record(actor(), act, on)])
    await number_all(database)
    log.warning("%s: %s %s", actor(), act, on)


def a_record(by: str, act: str, on: str, reason: str | None = None) -> Record:
    """What was done on this machine, for the audit log."""
    return Record(now(), by, (), act, on, Outcome.DONE, reason)


async def number_all(database: Database) -> None:
    """Number what was written down, for the service itself may stand still."""
    async with transaction(database) as tx:
        await chain(tx)
