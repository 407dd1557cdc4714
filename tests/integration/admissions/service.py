"""Admissions under test: the whole service in this process, and callers with real tokens."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import PostgresDsn, SecretStr

from embedded.credentials import Client
from services.admissions.app import connect
from services.admissions.settings import AdmissionsSettings
from shared.postgres import connect as open_connection
from shared.service import Service
from tests.eventually import eventually
from tests.integration.servers import OwnDatabase
from tests.integration.shared.issuers import IssuerInTest

ROOT = "/admissions/v1"
PLACEMENTS = f"{ROOT}/placements"
ENTRIES = f"{ROOT}/ledger/01/entries"
AUDIT = f"{ROOT}/audit"
NOWHERE = "127.0.0.1:9"
API_KEY_SECRET = "of-the-tests-and-long-enough-for-it"
Json = dict[str, Any]


@dataclass
class Caller:
    """Somebody with a token, who gives every POST a new Idempotency-Key."""

    client: httpx.AsyncClient
    token: str

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.client.get(path, params=query, headers=self._headers())

    async def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        own = {"Idempotency-Key": secrets.token_hex(8), **self._headers()}
        return await self.client.post(path, json=body, headers=own | named)

    async def record(self, **changes: Any) -> Json:
        """Record a placement, which must be accepted."""
        answer = await self.post(PLACEMENTS, a_placement(**changes))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def change(self, placement: Json, act: str, **body: Any) -> httpx.Response:
        """Correct or withdraw a placement as it was shown."""
        tag = f'"{placement["sequence"]}"'
        path = f"{PLACEMENTS}/{placement['id']}/{act}"
        return await self.post(path, {"reason": "typing-error"} | body, If_Match=tag)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}


@dataclass
class Admissions:
    """The service under test and whom a test lets call it."""

    app: FastAPI
    client: httpx.AsyncClient
    issuer: IssuerInTest
    own: OwnDatabase
    callers: dict[str, Caller] = field(default_factory=dict)

    def caller(
        self, name: str, *roles: str, lands: tuple[str, ...] = ("01",), units: tuple[str, ...] = ()
    ) -> Caller:
        token = self.issuer.token(Client(name, "", roles, lands, units))
        return Caller(self.client, token)

    def city(self, *units: str) -> Caller:
        return self.caller(f"city-{'-'.join(units)}", "city", units=units)

    @property
    def flensburg(self) -> Caller:
        return self.city("01001")

    @property
    def coordination(self) -> Caller:
        return self.caller("coordination", "coordination")

    @property
    def auditor(self) -> Caller:
        return self.caller("auditor", "auditor")

    async def ledger(self) -> list[Json]:
        """All entries of Land 01, read from the feed page by page."""
        entries: list[Json] = []
        after: int | None = 0
        while after is not None:
            page = (await self.auditor.get(ENTRIES, after=after, limit=1000)).json()
            entries += page["items"]
            after = page["next"]
        return entries

    async def audit(self) -> list[Json]:
        """All of the audit log; that it is read now is not in it yet."""
        return list((await self.auditor.get(AUDIT, limit=1000)).json()["items"])

    async def verification(self) -> Json:
        return dict((await self.auditor.get(f"{ROOT}/ledger/01/verification")).json())

    @asynccontextmanager
    async def as_owner(self) -> AsyncIterator[Any]:
        """A connection with the rights of whoever owns the tables: it may alter the past."""
        tx = await open_connection(self.own.admin_url, None, "owner")
        try:
            await tx.execute("SET search_path = admissions")
            yield tx
        finally:
            await tx.close()


def settings_for(
    own: OwnDatabase, issuer: IssuerInTest, bootstrap: str, prefix: str
) -> AdmissionsSettings:
    return AdmissionsSettings(
        port=1,
        database_url=PostgresDsn(own.url("admissions")),
        database_password=SecretStr(own.passwords["admissions"]),
        kafka_bootstrap=bootstrap,
        topic_prefix=prefix,
        issuer=issuer.name,
        api_key_secret=SecretStr(API_KEY_SECRET),
        rate_per_second=1e6,
        rate_burst=1_000_000,
    )


@asynccontextmanager
async def running_admissions(
    own: OwnDatabase, issuer: IssuerInTest, bootstrap: str = NOWHERE, prefix: str = ""
) -> AsyncIterator[Admissions]:
    """The service at work; without a bootstrap address Kafka is down."""
    settings = settings_for(own, issuer, bootstrap, prefix)
    service = Service("admissions", settings)
    app = connect(service, settings)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://admissions") as client,
    ):
        await eventually(lambda: not service.waits_for(), within=10, because="PostgreSQL answers")
        yield Admissions(app, client, issuer, own)


def a_placement(**changes: Any) -> Json:
    """A body that is accepted."""
    placement = {
        "unit": "01001",
        "programme": "safe-harbour",
        "persons": 3,
        "effective_on": "2023-05-01",
    }
    return placement | changes
