"""Admissions on a database of its own, and with Kafka down unless asked for."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.integration.admissions.service import Admissions, running_admissions
from tests.integration.servers import OwnDatabase
from tests.integration.shared.issuers import IssuerInTest


@pytest_asyncio.fixture
async def admissions(database: OwnDatabase, issuer: IssuerInTest) -> AsyncIterator[Admissions]:
    async with running_admissions(database, issuer) as admissions:
        yield admissions
