"""The service at work under settings: reminders come and stop, messages gather."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

from tests.eventually import eventually
from tests.integration.notifications.receivers import Receiver, running_receiver
from tests.integration.notifications.service import (
    ALERTS,
    DELIVERIES,
    Notifications,
    running_notifications,
)
from tests.integration.servers import OwnDatabase
from tests.integration.shared.issuers import IssuerInTest

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def at_work(
    database: OwnDatabase, issuer: IssuerInTest, **settings: Any
) -> AsyncIterator[tuple[Notifications, Receiver]]:
    """The service under settings, and a receiver that is told of everything."""
    async with running_receiver() as receiver:
        chosen = {"webhook_allowed": receiver.origin} | settings
        async with running_notifications(database, issuer, **chosen) as notifications:
            await notifications.coordination.made(channel="webhook", address=receiver.origin)
            yield notifications, receiver


async def has_called(receiver: Receiver, times: int) -> list[str]:
    """The types of the messages, once there are so many."""
    await eventually(
        lambda: len(receiver.calls) >= times, within=10, because=f"{times} messages come"
    )
    return [orjson.loads(call.body)["type"] for call in receiver.calls]


async def test_reminders_come_by_themselves(database: OwnDatabase, issuer: IssuerInTest) -> None:
    async with at_work(database, issuer, reminder_minutes="0.01,0.02") as (service, receiver):
        await service.cross()
        types = await has_called(receiver, 2)
        assert types[:2] == ["alert.raised.v1", "alert.reminder.v1"]


async def test_an_acknowledgement_ends_a_reminder_that_is_on_its_way(
    database: OwnDatabase, issuer: IssuerInTest
) -> None:
    async with at_work(database, issuer, reminder_minutes="0.02") as (service, receiver):
        receiver.answers += [204, *[500] * 20]
        alert = await service.cross()
        await has_called(receiver, 2)
        path = f"{ALERTS}/{alert['id']}/acknowledgement"
        assert (await service.coordination.post(path, {})).status_code == 201

        async def given_up() -> bool:
            listed = await service.coordination.items(DELIVERIES)
            outcomes = [[try_["outcome"] for try_ in one["attempts"]] for one in listed]
            ended = [one for one in outcomes if "acknowledged" in one]
            return bool(ended) and "http-500" in ended[0]

        await eventually(given_up, within=5, because="it is given up, and shown so")


async def test_what_gathers_is_listed_as_one_delivery_of_several_alerts(
    database: OwnDatabase, issuer: IssuerInTest
) -> None:
    async with at_work(database, issuer, group_seconds=1.0) as (service, receiver):
        first, second = await service.cross("01003"), await service.cross("01001")
        await has_called(receiver, 1)
        [call] = receiver.calls
        assert call.alerts == [first, second]
        listed = await service.coordination.items(DELIVERIES)
        [delivery] = [one for one in listed if one["channel"] == "webhook"]
        assert delivery["alerts"] == [first["id"], second["id"]]
        assert call.headers["webhook-id"] == delivery["id"]
