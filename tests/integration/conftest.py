"""Servers that live as long as the run, and what each test has of its own on them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from embedded.kafka import KafkaBroker, running_kafka
from embedded.postgres import PostgresServer, running_postgres
from tests.integration.servers import OwnDatabase, Template, make_template, own_topics
from tests.integration.shared.issuers import IssuerInTest


class Told(logging.Handler):
    """All that was logged by whatever ran in this process, tracebacks included."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture(scope="session", autouse=True)
def handed_out() -> Iterator[set[str]]:
    """Every secret that servers of the run were given; none of them is ever logged."""
    told, secrets = Told(), set[str]()
    logging.getLogger().addHandler(told)
    yield secrets
    logging.getLogger().removeHandler(told)
    lines = [line for line in told.lines if any(secret in line for secret in secrets)]
    assert not lines, f"secrets were logged in {len(lines)} lines"


@pytest.fixture(scope="session")
def postgres(handed_out: set[str]) -> Iterator[PostgresServer]:
    """The run's PostgreSQL; a test that stops or kills a server takes own_postgres."""
    with running_postgres() as server:
        handed_out.add(server.password)
        yield server
        assert server.password not in server.log.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def kafka() -> Iterator[KafkaBroker]:
    """The run's Kafka; a test that stops, kills or wipes a broker takes own_kafka."""
    with running_kafka() as broker:
        yield broker


@pytest.fixture(scope="session")
def issuer() -> Iterator[IssuerInTest]:
    """The run's issuer of tokens; a test that changes or stops one has its own."""
    issuer = IssuerInTest()
    asyncio.run(issuer.start())
    yield issuer
    asyncio.run(issuer.stop())


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.fixture
def own_kafka() -> Iterator[KafkaBroker]:
    with running_kafka() as broker:
        yield broker


@pytest.fixture(scope="session")
def template(postgres: PostgresServer, handed_out: set[str]) -> Template:
    template = asyncio.run(make_template(postgres))
    handed_out.update(template.passwords.values())
    return template


@pytest_asyncio.fixture
async def database(template: Template) -> AsyncIterator[OwnDatabase]:
    """A fresh database with all migrations, and with nobody else in it."""
    async with template.clone() as own:
        yield own


@pytest_asyncio.fixture
async def topic_prefix(kafka: KafkaBroker) -> AsyncIterator[str]:
    """The prefix of fresh, empty topics."""
    async with own_topics(kafka) as prefix:
        yield prefix
