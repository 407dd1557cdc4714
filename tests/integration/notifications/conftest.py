"""Notifications on a database of its own, and with Kafka down unless asked for."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.integration.notifications.desk import Desk, open_desk
from tests.integration.notifications.service import Notifications, running_notifications
from tests.integration.servers import OwnDatabase
from tests.integration.shared.issuers import IssuerInTest


@pytest_asyncio.fixture
async def notifications(
    database: OwnDatabase, issuer: IssuerInTest
) -> AsyncIterator[Notifications]:
    async with running_notifications(database, issuer) as notifications:
        yield notifications


@pytest_asyncio.fixture
async def desk(database: OwnDatabase) -> AsyncIterator[Desk]:
    async with open_desk(database) as desk:
        yield desk
