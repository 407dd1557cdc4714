"""Servers that live as long as the run, and what each test has of its own on them."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from embedded.kafka import KafkaBroker, running_kafka
from embedded.postgres import PostgresServer, running_postgres
from tests.integration.servers import OwnDatabase, Template, make_template, own_topics
from tests.integration.shared.issuers import IssuerInTest


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The run's PostgreSQL; a test that stops or kills a server takes own_postgres."""
    with running_postgres() as server:
        yield server


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
def template(postgres: PostgresServer) -> Template:
    return asyncio.run(make_template(postgres))


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
