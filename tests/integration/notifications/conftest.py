"""Notifications on a database of its own, with an issuer, and with Kafka down unless asked for."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from embedded.issuer import Issuer
from tests.integration.admissions.service import running_issuer
from tests.integration.notifications.service import Notifications, running_notifications
from tests.integration.servers import OwnDatabase


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    with running_issuer() as issuer:
        yield issuer


@pytest_asyncio.fixture
async def notifications(database: OwnDatabase, issuer: Issuer) -> AsyncIterator[Notifications]:
    async with running_notifications(database, issuer) as notifications:
        yield notifications
