"""A house in which people were placed, counted and told of, without Kafka between the services."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
import pytest_asyncio
from click.testing import CliRunner, Result

from access.reach import EVERYWHERE
from hafenlotse.__main__ import cli
from services.admissions.api.entering import record_all
from services.admissions.api.models import PlacementBody
from services.admissions.store.entries import read_after
from services.notifications.domain.recipient import ChannelCode, Language, Recipient, Wish
from services.notifications.handlers.crossings import Crossings
from services.notifications.store.recipients import insert_recipient
from services.quota.handlers.days import keep_due_days
from services.quota.handlers.placements import PlacementCounter
from services.quota.handlers.seeds import seed_lands
from services.quota.store.crossings import Written, list_crossings_after
from services.quota.store.days import sum_days
from shared.codes import Land
from shared.contracts.crossings import crossing_document
from shared.line import Line
from shared.postgres import Bell, Database, connect, transaction
from tests.integration.servers import SERVICES, OwnDatabase, Template

LAND = Land("01")
NOWHERE = "127.0.0.1:9"
LONG_AGO = UUID("01900000-0000-7000-8000-000000000001")
Json = dict[str, Any]


@dataclass(frozen=True)
class Feeds:
    """What the services' feeds would answer, read from their tables."""

    admissions: Database
    quota: Database

    async def read(self, path: str, after: int, limit: int) -> bytes:
        if path.startswith("/admissions"):
            async with self.admissions.acquire() as tx:
                return orjson.dumps({"items": await read_after(tx, LAND, after, limit)})
        async with self.quota.acquire() as tx:
            found = await list_crossings_after(tx, LAND, after, limit)
        return orjson.dumps({"items": [crossing_document(one._asdict()) for one in found]})


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    exit_code: int
    out: str
    error: str

    @property
    def document(self) -> Json:
        read: Json = json.loads(self.out)
        return read


def to_nobody(_crossings: Iterable[Written]) -> None:
    """Whoever is told of them here reads them back."""


@dataclass(frozen=True)
class House:
    """Three services' tables, their handlers, and the command line beside them."""

    own: OwnDatabase
    pools: dict[str, Database]
    environment: dict[str, str]

    @property
    def feeds(self) -> Feeds:
        return Feeds(self.pools["admissions"], self.pools["quota"])

    def bell(self, service: str) -> Bell:
        return Bell(self.own.url(service), self.own.passwords[service], "test")

    async def record(self, *placed: tuple[str, int], day: str = "2023-05-01") -> list[Json]:
        """Put people of `safe-harbour` into the ledger; its last entries."""
        bodies = [
            PlacementBody.model_validate(
                {"unit": unit, "programme": "safe-harbour", "persons": persons, "effective_on": day}
            )
            for unit, persons in placed
        ]
        async with transaction(self.pools["admissions"]) as tx:
            await record_all(tx, [body.proposal() for body in bodies])
            ledger = await read_after(tx, LAND, 0, 1000)
        return ledger[-len(placed) :]

    async def count(self) -> None:
        """Quota takes what the ledger has, sums its days, and keeps them after every second."""
        counter = PlacementCounter(self.pools["quota"], self.feeds, to_nobody)
        await Line(LAND, counter).settle()
        async with transaction(self.pools["quota"]) as tx:
            await sum_days(tx, LAND)
        while await keep_due_days(self.pools["quota"], 2):
            pass

    async def tell(self) -> None:
        """Notifications take what crossed."""
        voice = Crossings(self.pools["notifications"], self.feeds, self.bell("notifications"))
        await Line(LAND, voice).settle()

    async def live(self, *placed: tuple[str, int]) -> None:
        """Record, count and tell, as when all is at work."""
        await self.record(*placed)
        await self.count()
        await self.tell()

    async def define(self) -> None:
        """A key of the alliance's quota that is valid from a day on."""
        key = "unit;weight\n01001;1\n01002;1\n01003;1\n"
        days = ("--valid-from", "2023-01-01", "--published-on", "2023-01-01")
        said = ("--kind", "population", "--source", "made up")
        await self.ask("key", "-", "--quota", "sh-alliance", *days, *said, stdin=key)

    async def tamper(self, schema: str, statement: str, *values: object) -> None:
        """Change something behind every service's back, as the owner of the tables can."""
        tx = await connect(self.own.admin_url, None, "owner")
        try:
            await tx.execute(f"SET search_path = {schema}; SET session_replication_role = replica")
            done = await tx.execute(statement, *values)
            assert not done.endswith(" 0"), f"it changed nothing: {statement}"
        finally:
            await tx.close()

    async def fetch(self, schema: str, statement: str) -> list[Any]:
        async with self.pools[schema].acquire() as tx:
            return [tuple(row) for row in await tx.fetch(statement)]

    async def run(self, *words: str, stdin: str | None = None, **settings: str) -> Said:
        """A command as an operator gives it."""
        result: Result = await asyncio.to_thread(
            CliRunner().invoke, cli, words, input=stdin, env=self.environment | settings
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    async def ask(self, *words: str, **more: Any) -> Json:
        """The document of a command that finds nothing wrong."""
        said = await self.run(*words, "--json", **more)
        assert said.exit_code == 0, said.out + said.error
        return said.document


@asynccontextmanager
async def opened(database: OwnDatabase, folder: Path) -> AsyncIterator[House]:
    """The house that is in a database; the services' secrets go into the folder."""
    for service in SERVICES:
        (folder / service).mkdir()
        (folder / service / "database_password").write_text(database.passwords[service])
    (folder / "admissions" / "api_key_secret").write_text("a" * 32)
    (folder / "notifications" / "webhook_key").write_text("a" * 32)
    environment = {
        "HAFENLOTSE_DATABASE_URL": database.url("quota"),
        "HAFENLOTSE_SECRETS_DIR": str(folder / "quota"),
        "HAFENLOTSE_KAFKA_BOOTSTRAP": NOWHERE,
        "HAFENLOTSE_ISSUER": f"http://{NOWHERE}",
        **{f"HAFENLOTSE_{service.upper()}_URL": f"http://{NOWHERE}" for service in SERVICES},
        "LOGNAME": "anna",
    }
    async with (
        database.pool("admissions", reach=EVERYWHERE) as admissions,
        database.pool("quota", reach=EVERYWHERE) as quota,
        database.pool("notifications", reach=EVERYWHERE) as notifications,
    ):
        pools = {"admissions": admissions, "quota": quota, "notifications": notifications}
        yield House(database, pools, environment)


async def furnish(database: OwnDatabase, folder: Path) -> None:
    """Five placements, told to somebody who was there long before."""
    wish = Wish("Flensburg", ChannelCode.LOG, None, None, None, Language.GERMAN)
    async with opened(database, folder) as house:
        await seed_lands(house.pools["quota"])
        async with transaction(house.pools["notifications"]) as tx:
            await insert_recipient(tx, Recipient(LONG_AGO, wish, (LAND,), None, 1))
        await house.live(("01001", 3), ("01002", 8), ("01003", 7), ("01001", 2), ("01003", 1))


@pytest.fixture(scope="session")
def furnished(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    """A house that every test gets a copy of."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        made = runner.run(stack.enter_async_context(template.clone()))
        try:
            runner.run(furnish(made, tmp_path_factory.mktemp("secrets")))
            yield Template(template.server, template.passwords, made.name)
        finally:
            runner.run(stack.aclose())


@pytest_asyncio.fixture
async def house(furnished: Template, tmp_path: Path) -> AsyncIterator[House]:
    async with furnished.clone() as database, opened(database, tmp_path) as own:
        yield own
