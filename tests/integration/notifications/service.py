"""Notifications under test: the whole service in this process, and callers with real tokens."""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI
from pydantic import PostgresDsn, SecretStr

from access.reach import EVERYWHERE
from embedded.credentials import Client
from services.notifications.app import connect
from services.notifications.domain.alert import Crossing
from services.notifications.domain.schedule import Schedule
from services.notifications.handlers.crossings import Crossings
from services.notifications.settings import NotificationsSettings
from shared.line import Line
from shared.postgres import Database
from shared.service import Service
from shared.topics import CROSSINGS
from tests.eventually import eventually
from tests.integration.notifications.crossings import LAND, CrossingsInTest
from tests.integration.notifications.notices import WEBHOOK_KEY
from tests.integration.servers import OwnDatabase
from tests.integration.shared.issuers import IssuerInTest

ROOT = "/notifications/v1"
ALERTS, RECIPIENTS, DELIVERIES = f"{ROOT}/alerts", f"{ROOT}/recipients", f"{ROOT}/deliveries"
NOWHERE = "127.0.0.1:9"
Json = dict[str, Any]


@dataclass
class Caller:
    """Somebody with a token, who gives every POST a new Idempotency-Key."""

    client: httpx.AsyncClient
    token: str

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        own = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}
        return await self.client.request(method, path, **more | {"headers": own | more["headers"]})

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.ask("GET", path, params=query, headers={})

    async def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        own = {"Idempotency-Key": secrets.token_hex(8)} | _named(headers)
        return await self.ask("POST", path, json=body, headers=own)

    async def put(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return await self.ask("PUT", path, json=body, headers=_named(headers))

    async def delete(self, path: str, **headers: str) -> httpx.Response:
        return await self.ask("DELETE", path, headers=_named(headers))

    async def seen(self, path: str, **query: Any) -> Json:
        """The body of a GET that must succeed."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def items(self, path: str, **query: Any) -> list[Json]:
        """One page of a list that must be shown."""
        return list((await self.seen(path, **query))["items"])

    async def made(self, **changes: Any) -> httpx.Response:
        """Make a recipient, which must be accepted."""
        answer = await self.post(RECIPIENTS, a_recipient(**changes))
        assert answer.status_code == 201, answer.text
        return answer


@dataclass
class Notifications:
    """The service under test and whom a test lets call it."""

    app: FastAPI
    database: Database
    client: httpx.AsyncClient
    issuer: IssuerInTest
    crossings: CrossingsInTest
    schedule: Schedule

    def caller(self, name: str, *roles: str, lands: tuple[str, ...] = ("01",)) -> Caller:
        return Caller(self.client, self.issuer.token(Client(name, "", roles, lands)))

    @property
    def coordination(self) -> Caller:
        return self.caller("coordination", "coordination")

    @property
    def auditor(self) -> Caller:
        return self.caller("auditor", "auditor")

    @property
    def operator(self) -> Caller:
        return self.caller("operator", "operator")

    def owner(self) -> Line[Crossing]:
        """One more process that believes that it owns the Land."""
        bells = self.app.state.bell, self.app.state.audience.bell
        applier = Crossings(self.database, self.crossings, *bells, schedule=self.schedule)
        return Line(LAND, applier)

    async def cross(self, unit: str = "01003", after: str = "over", **changes: Any) -> Json:
        """One more crossing is applied; the alert that it raised."""
        await self.owner().take([self.crossings.cross(unit, after, **changes)])
        return (await self.coordination.items(ALERTS, limit=1))[0]


def settings_for(own: OwnDatabase, issuer: IssuerInTest, **changes: Any) -> NotificationsSettings:
    settings: Json = {
        "port": 1,
        "database_url": PostgresDsn(own.url("notifications")),
        "database_password": SecretStr(own.passwords["notifications"]),
        "kafka_bootstrap": NOWHERE,
        "issuer": issuer.name,
        "smtp_port": 9,
        "webhook_key": SecretStr(WEBHOOK_KEY),
        "rate_per_second": 1e6,
        "rate_burst": 1_000_000,
    }
    return NotificationsSettings(**settings | changes)


@asynccontextmanager
async def running_notifications(
    own: OwnDatabase, issuer: IssuerInTest, **changes: Any
) -> AsyncIterator[Notifications]:
    """The service at work; without a bootstrap address Kafka is down."""
    settings = settings_for(own, issuer, **changes)
    service = Service("notifications", settings)
    app = connect(service, settings)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://notifications") as client,
        own.pool("notifications", reach=EVERYWHERE) as database,
    ):
        await eventually(lambda: service.database is not None, within=10, because="it works")
        crossings, schedule = CrossingsInTest(), settings.schedule
        yield Notifications(app, database, client, issuer, crossings, schedule)


def a_recipient(**changes: Any) -> Json:
    """A body that is accepted."""
    recipient = {
        "name": "Flensburg",
        "channel": "log",
        "address": None,
        "quotas": None,
        "standings": None,
        "language": "de",
    }
    return recipient | changes


async def announce(bootstrap: str, prefix: str, records: Sequence[bytes | None]) -> None:
    """Put records on the partition of Land 01, in order."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        for record in records:
            await producer.send_and_wait(prefix + CROSSINGS, record, key=b"01", partition=0)
    finally:
        await producer.stop()


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
