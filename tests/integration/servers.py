"""Real servers for tests: a database per test, cloned from a template, and topics per test."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient

from access.kafka import KafkaPlace
from access.reach import NOWHERE, Reach
from embedded.database import NAME, prepare_database
from embedded.kafka import KafkaBroker
from embedded.postgres import OWNER, PostgresServer
from shared.postgres import Database, open_pool
from shared.topics import CROSSINGS, PLACEMENTS, ensure_topics

SERVICES = ("admissions", "quota", "notifications")


@dataclass(frozen=True)
class OwnDatabase:
    """One test's database: every service's role and schema, all migrations, no rows but theirs."""

    server: PostgresServer
    name: str
    passwords: Mapping[str, str]

    @property
    def admin_url(self) -> str:
        """As the server's owner, password included."""
        return self.server.url(OWNER, self.server.password, self.name)

    def url(self, service: str) -> str:
        """As HAFENLOTSE_DATABASE_URL of a service has it: without the password."""
        return f"postgresql://{service}@127.0.0.1:{self.server.port}/{self.name}"

    @asynccontextmanager
    async def pool(
        self, service: str, size: int = 4, reach: Reach = NOWHERE
    ) -> AsyncIterator[Database]:
        """A pool with the service's own rights, closed at the end."""
        url, password = self.url(service), self.passwords[service]
        async with await open_pool(url, password, size, f"test of {service}", reach) as pool:
            yield pool


@dataclass(frozen=True)
class Template:
    """A database in which everything is prepared, to be cloned and never used."""

    server: PostgresServer
    passwords: Mapping[str, str]
    name: str = NAME

    @asynccontextmanager
    async def clone(self) -> AsyncIterator[OwnDatabase]:
        """A database of its own, dropped at the end with whoever still uses it."""
        name = f"test_{secrets.token_hex(6)}"
        await self._run(f"CREATE DATABASE {name} TEMPLATE {self.name} STRATEGY FILE_COPY")
        try:
            yield OwnDatabase(self.server, name, self.passwords)
        finally:
            await self._run(f"DROP DATABASE {name} WITH (FORCE)")

    async def _run(self, statement: str) -> None:
        tx = await asyncpg.connect(self.server.admin_url)
        try:
            await tx.execute(statement)
        finally:
            await tx.close()


async def make_template(server: PostgresServer) -> Template:
    """Run all migrations of all services once."""
    passwords = {service: secrets.token_urlsafe() for service in SERVICES}
    await prepare_database(server, passwords)
    return Template(server, passwords)


@asynccontextmanager
async def own_topics(broker: KafkaBroker) -> AsyncIterator[str]:
    """The prefix (HAFENLOTSE_TOPIC_PREFIX) of topics of its own, deleted at the end."""
    prefix = f"test-{secrets.token_hex(6)}."
    await ensure_topics(KafkaPlace(broker.bootstrap), prefix=prefix)
    yield prefix
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([prefix + topic for topic in (PLACEMENTS, CROSSINGS)])
    finally:
        await admin.close()
