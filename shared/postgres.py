"""PostgreSQL with every limit set: pool, transactions, what is written together, wake-ups."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
import orjson

from access.reach import NOWHERE, Reach, array_of
from access.transport import Secret

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

Database: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
OwnConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Connection: TypeAlias = "OwnConnection | PoolConnectionProxy[asyncpg.Record]"
"""An open connection; a store function takes it as `tx` and never commits."""
Password: TypeAlias = Secret | str | None
"""What may change is asked for again for each connection."""

ACQUIRE_SECONDS = 5.0
KEEP_ALIVE_SECONDS = 10.0
UNAVAILABLE = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a query on a connection that is being cut
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InvalidAuthorizationSpecificationError,  # while a password is rotated
)
"""What PostgreSQL raises while it can't serve: the work is rolled back and may be tried again."""

NOT_PREPARED = (asyncpg.InvalidCatalogNameError,)
"""What PostgreSQL says until its database is there."""

SESSION = {
    "statement_timeout": "15000",
    "lock_timeout": "5000",
    "idle_in_transaction_session_timeout": "30000",
    "timezone": "UTC",
    # Rows are found by their keys, in memory or on an SSD: PostgreSQL itself thinks of a disk, and
    # of a table that it knows nothing of yet would rather read all.
    "random_page_cost": "1.1",
}
log = logging.getLogger(__name__)


class OwnershipLost(Exception):
    """Another owner, or a definition, moved the Land's position: load it again."""


class LandHeld(Exception):
    """Something false was applied: the Land waits until an operator rebuilds it."""


def is_outage(failure: BaseException) -> bool:
    """Whether trying again can help; asyncpg calls an argument of the wrong kind alike."""
    is_argument = isinstance(failure, ValueError) and not isinstance(failure, OSError)
    return isinstance(failure, UNAVAILABLE) and not is_argument


async def connect(
    url: str, password: Password, name: str, *, durable: bool = True, reach: Reach = NOWHERE
) -> OwnConnection:
    """One connection of its own, for LISTEN, advisory locks and migrations.

    Not `durable`: its commits don't wait for the disk, so a crash may take the last ones back.
    `reach`: of all that is done on it.
    """
    tx = await asyncpg.connect(
        url,
        password=password,
        timeout=5,
        command_timeout=20,
        server_settings={
            "application_name": name,
            "timezone": "UTC",
            "synchronous_commit": "on" if durable else "off",
            "hafenlotse.reach": array_of(reach),
        },
    )
    await _speak_json(tx)
    return tx


async def open_pool(
    url: str, password: Password, size: int, name: str, reach: Reach = NOWHERE
) -> Database:
    """A pool whose every statement, lock and idle transaction ends in time.

    `reach`: of what is done on it and names none of its own.
    """
    return await asyncpg.create_pool(
        url,
        password=password,
        min_size=2,
        max_size=size,
        timeout=5,
        command_timeout=20,
        server_settings={**SESSION, "application_name": name, "hafenlotse.reach": array_of(reach)},
        init=_speak_json,
        reset=_keep_session,
    )


async def _keep_session(_tx: Connection) -> None:
    """Nothing of ours outlives its transaction, so the round trip that resets is saved.

    asyncpg itself rolls back a transaction that was left open before it asks here.
    """


async def _speak_json(tx: Connection) -> None:
    for kind in ("json", "jsonb"):
        await tx.set_type_codec(
            kind,
            schema="pg_catalog",
            encoder=lambda value: orjson.dumps(value).decode(),
            decoder=orjson.loads,
        )


async def ping(database: Database) -> None:
    """Return when PostgreSQL answers, or raise what keeps it from it."""
    await database.execute("SELECT 1")


SET_REACH = """
    SELECT set_config('hafenlotse.reach', $1, true), set_config('plan_cache_mode', $2, true)
"""


async def set_reach(tx: Connection, reach: Reach, *, plans: str = "auto") -> None:
    """Which Länder and units this transaction may touch from now on.

    `plans`: what suits the rows of one city may be a bad plan for a whole Land.
    """
    await tx.execute(SET_REACH, array_of(reach), plans)


@asynccontextmanager
async def transaction(
    database: Database, reach: Reach = NOWHERE, **kind: Any
) -> AsyncIterator[Connection]:
    """One transaction: committed at the end, rolled back by any failure."""
    async with database.acquire(timeout=ACQUIRE_SECONDS) as tx, tx.transaction(**kind):
        if reach:
            await set_reach(tx, reach, plans="force_custom_plan" if kind else "auto")
        yield tx


def snapshot(database: Database, reach: Reach = NOWHERE) -> AbstractAsyncContextManager[Connection]:
    """One reader's transaction in which every query sees the same moment."""
    return transaction(database, reach, isolation="repeatable_read", readonly=True)


class Writing:
    """Takes a connection's place where statements only write, and asks for all of it at once.

    The statements see the same moment, in no order: one that has to come after another names it.
    """

    def __init__(self) -> None:
        self._parts, self._arguments = list[str](), list[Any]()

    async def execute(self, statement: str, *arguments: Any, name: str = "") -> None:
        """One more statement, which is no WITH itself; others may name it."""
        named = name or f"part_{len(self._parts)}"
        self._parts.append(f"{named} AS ({_shifted(statement, len(self._arguments))})")
        self._arguments += arguments

    async def send(self, tx: Connection) -> None:
        """Write all of it; nothing where there is nothing."""
        if self._parts:
            await tx.execute(f"WITH {', '.join(self._parts)} SELECT", *self._arguments)


Writes: TypeAlias = "Connection | Writing"


@lru_cache(maxsize=100)  # the same few, again and again
def _shifted(statement: str, by: int) -> str:
    """The same statement with its arguments numbered that much higher."""
    return re.sub(r"\$(\d+)", lambda number: f"${int(number[1]) + by}", statement)


class Bell:
    """Wakes whoever waits for new rows, on every replica; a poll is always the fallback."""

    def __init__(self, url: str, password: Password, channel: str) -> None:
        self._url, self._password, self._channel = url, password, channel
        self._rung, self._heard = asyncio.Event(), asyncio.Event()
        self._has_rung = False

    def ring(self) -> None:
        """Say after a commit that there is something to read; never blocks, never fails."""
        self._hear()
        self._rung.set()

    def wake(self) -> None:
        """Wake who waits in this process, though there is nothing to read."""
        self._heard.set()

    async def wait(self, at_most_seconds: float) -> bool:
        """Return when somebody rang, True, or woke us, or after the time of the poll."""
        try:
            async with asyncio.timeout(at_most_seconds):
                await self._heard.wait()
        except TimeoutError:
            return False
        self._heard.clear()
        has_rung, self._has_rung = self._has_rung, False
        return has_rung

    def _hear(self) -> None:
        self._has_rung = True
        self._heard.set()

    async def run(self) -> None:
        """Listen and notify on one connection of its own, again after every failure."""
        while True:
            try:
                await self._serve()
            except UNAVAILABLE as failure:
                log.warning("wake-ups pause, polling goes on: %r", failure)
                await asyncio.sleep(1)

    async def _serve(self) -> None:
        tx = await connect(self._url, self._password, f"{self._channel} bell", durable=False)
        try:
            await tx.add_listener(self._channel, lambda *_: self._hear())
            tx.add_termination_listener(lambda _: self._rung.set())  # to notice it at once
            self._hear()
            while True:
                await self._notify_when_rung(tx)
        finally:
            tx.terminate()

    async def _notify_when_rung(self, tx: OwnConnection) -> None:
        try:
            async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                await self._rung.wait()
        except TimeoutError:
            await tx.execute("SELECT 1")
            return
        self._rung.clear()
        await tx.execute("SELECT pg_notify($1, '')", self._channel)
