"""Passwords are rotated while work goes on, and nothing of it is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from shared.codes import Land
from shared.inbox import Inbox
from shared.kafka import close_quietly, make_broker, start_broker
from shared.postgres import UNAVAILABLE, Bell, Database, open_pool
from shared.relay import Place, Relay
from shared.topics import PLACEMENTS
from tests.eventually import eventually
from tests.integration.secured.place import Secured
from tests.integration.shared.ledgers import Rows, add, load_head, make_tables
from tests.integration.shared.readers import Ledgers, ReaderInMemory, read

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(240)]
LAND = Land("01")
PREFIX = "rotated."
BURST = 60


@dataclass
class LedgerRows(Rows):
    """A Source whose rows are entries of a ledger; more are known than will be asked for."""

    ledgers: Ledgers = field(default_factory=Ledgers)
    events: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.events = self.ledgers.record(LAND, 6 * BURST)

    def value(self, _land: Land, sequence: int, /) -> bytes:
        return self.events[sequence - 1]


@dataclass
class Work:
    """Who records, who publishes and who reads, each on connections of its own."""

    database: Database
    relay: Relay
    reader: ReaderInMemory

    async def record(self, count: int = BURST) -> None:
        """Record so many rows, each as often as it takes."""

        async def recorded() -> bool:
            await add(self.database, LAND, 1)
            return True

        for _ in range(count):
            await eventually(recorded, within=60, because="the database takes it again")

    async def all_is_read(self) -> None:
        """The reader has every number, each once and in order: its feed is silent."""
        async with self.database.acquire(timeout=5) as tx:
            head = await load_head(tx, LAND)
        await eventually(
            lambda: self.reader.numbers(LAND) == list(range(1, head + 1)),
            within=60,
            because=f"all of {head} is read",
        )


@asynccontextmanager
async def working(secured: Secured) -> AsyncIterator[Work]:
    source, topic = LedgerRows(), PREFIX + PLACEMENTS
    place = Place(secured.url, secured.password, secured.kafka, PREFIX, send_seconds=3.0)
    async with await open_pool(secured.url, secured.password, 6, "rotating") as database:
        bell = Bell(secured.url, secured.password, "rotating")
        relay = Relay(source, topic, database, bell, place)
        reader = ReaderInMemory(source.ledgers, database, silent={LAND})
        inbox, broker = Inbox(topic, read, reader, database), make_broker(secured.kafka)
        inbox.subscribe(broker, "rotating", 100)
        jobs = (relay.run(), bell.run(), start_broker(broker), inbox.settle_forever())
        tasks = [asyncio.create_task(job) for job in jobs]
        try:
            yield Work(database, relay, reader)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            await close_quietly(broker)
            assert all(end is None or isinstance(end, asyncio.CancelledError) for end in ended)


async def test_both_passwords_are_rotated_under_load_and_nothing_is_lost(
    secured: Secured, caplog: pytest.LogCaptureFixture
) -> None:
    await make_tables(secured.own)
    async with working(secured) as work:
        await work.record()
        await work.all_is_read()

        writing = asyncio.create_task(work.record())
        new = await secured.rotate_database_password()
        await trouble(work.relay, "password authentication failed")
        secured.hand_out("database_password", new)
        await writing
        await work.all_is_read()

        writing = asyncio.create_task(work.record())
        newest = await secured.rotate_kafka_password()
        await work.record(1)
        await trouble(work.relay, "does not accept our name or password")
        secured.hand_out("kafka_sasl_password", newest)
        await writing
        await work.record()
        await work.all_is_read()
    assert new not in caplog.text
    assert newest not in caplog.text


async def trouble(relay: Relay, words: str) -> None:
    """Wait until it is noticed that the service does not yet know the new password."""
    await eventually(
        lambda: words in (relay.trouble or ""), within=60, because=f"it is told that {words}"
    )


async def test_a_pool_takes_the_new_password_for_its_next_connection(secured: Secured) -> None:
    async with await open_pool(secured.url, secured.password, 2, "rotating") as database:
        new = await secured.rotate_database_password()
        with pytest.raises(UNAVAILABLE):
            async with database.acquire(timeout=5) as one, database.acquire(timeout=5) as two:
                await asyncio.gather(one.execute("SELECT 1"), two.execute("SELECT 1"))
        secured.hand_out("database_password", new)

        async def answers() -> bool:
            return bool(await database.fetchval("SELECT true"))

        await eventually(answers, within=20, because="the new password is read")
