"""The one place through which the command line changes anything, or tries to."""

import functools
import getpass
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar

import click

from audit.record import Outcome, Record
from audit.store.records import chain, insert_records
from hafenlotse.installation import Installation, NotHere
from shared.clock import now
from shared.postgres import (
    NOT_PREPARED,
    UNAVAILABLE,
    Connection,
    Database,
    LandHeld,
    transaction,
)

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)


class NotDone(Exception):
    """What was to be done must not be; `code` says why in the audit log."""

    code: ClassVar[str] = "refused"


def actor() -> str:
    """Who acts: `cli:` and the name of this machine's user."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user may have a number only
        return f"cli:{os.getuid()}"


@asynccontextmanager
async def acting(
    database: Database,
    act: str,
    on: str,
    refused: str | None = None,
) -> AsyncIterator[Connection]:
    """One transaction in which somebody changes something, with its row in the audit log.

    `refused` says why where the change is no more than that it was tried.
    """
    outcome = Outcome.REFUSED if refused else Outcome.DONE
    async with transaction(database) as tx:
        yield tx
        await insert_records(tx, [a_record(actor(), act, on, refused, outcome)])
    await number_all(database)
    log.warning("%s: %s %s", actor(), act, on)


@asynccontextmanager
async def trying(
    opened: AbstractAsyncContextManager[Database],
    act: str,
    on: str | None,
) -> AsyncIterator[None]:
    """Whoever tries something in vain is in the audit log of this database, if it is there."""
    try:
        yield
    except Exception as failure:
        outcome, reason = _judged(failure)
        record = a_record(actor(), act, on, reason, outcome)
        with suppress(*UNAVAILABLE, *NOT_PREPARED):
            async with opened as database:
                async with transaction(database) as tx:
                    await insert_records(tx, [record])
                await number_all(database)
        raise


def _judged(failure: Exception) -> tuple[Outcome, str]:
    """Whether it was refused or failed, and why in one code: nothing that was typed is in it."""
    for kind, code in ((LandHeld, "held"), (click.UsageError, "wrong-use")):
        if isinstance(failure, kind):
            return Outcome.REFUSED, code
    if isinstance(failure, NotDone):
        return Outcome.REFUSED, failure.code
    is_away = isinstance(failure, (*UNAVAILABLE, *NOT_PREPARED, NotHere))
    return Outcome.FAILED, "unavailable" if is_away else "failure"


Acting = Callable[Concatenate[Installation, P], Awaitable[T]]


def on_record(
    service: str, act: str, thing: str | None = None
) -> Callable[[Acting[P, T]], Acting[P, T]]:
    """A command that is in the audit log of a service also when it was given in vain.

    `thing` is the option that names what it is about.
    """

    def declare(command: Acting[P, T]) -> Acting[P, T]:
        @functools.wraps(command)
        async def tried(installation: Installation, /, *args: P.args, **options: P.kwargs) -> T:
            on = _text(options.get(thing)) if thing else None
            async with trying(installation.database(service), act, on):
                return await command(installation, *args, **options)

        return tried

    return declare


def _text(given: Any) -> str | None:
    return None if given is None else str(given)


def a_record(
    by: str,
    act: str,
    on: str | None,
    reason: str | None = None,
    outcome: Outcome = Outcome.DONE,
) -> Record:
    """What was done on this machine, or tried, for the audit log."""
    return Record(now(), by, (), act, on, outcome, reason)


async def number_all(database: Database) -> None:
    """Number what was written down, for the service itself may stand still."""
    async with transaction(database) as tx:
        await chain(tx)
