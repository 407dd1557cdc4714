"""The three services as they describe themselves: nothing of them is started."""

from functools import cache
from typing import Any

import httpx
from fastapi import FastAPI

from services.admissions.app import connect as connect_admissions
from services.admissions.settings import AdmissionsSettings
from services.notifications.app import connect as connect_notifications
from services.notifications.settings import NotificationsSettings
from services.quota.app import connect as connect_quota
from services.quota.settings import QuotaSettings
from shared.service import Service

NAMES = ("admissions", "quota", "notifications")
NOWHERE = "http://127.0.0.1:9"
COMMON: dict[str, Any] = {
    "port": 1,
    "database_url": "postgresql://nobody@127.0.0.1:9/nothing",
    "kafka_bootstrap": "127.0.0.1:9",
    "issuer": NOWHERE,
    "admissions_url": NOWHERE,
    "quota_url": NOWHERE,
    "api_key_secret": "a" * 32,
    "webhook_key": "a" * 32,
}


@cache
def app_of(name: str) -> FastAPI:
    """The HTTP side of a service, which waits for everything it needs."""
    if name == "admissions":
        admissions = AdmissionsSettings.model_validate(COMMON)
        return connect_admissions(Service(name, admissions), admissions)
    if name == "quota":
        quota = QuotaSettings.model_validate(COMMON)
        return connect_quota(Service(name, quota), quota)
    settings = NotificationsSettings.model_validate(COMMON)
    return connect_notifications(Service(name, settings), settings)


async def ask(path: str, **headers: str) -> httpx.Response:
    """The answer to a GET without a token; header names are written with underscores."""
    app = app_of(path.split("/")[1])
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path, headers=named)


async def document(name: str, kind: str) -> dict[str, Any]:
    """The OpenAPI or AsyncAPI document of a service as it is served."""
    answer = await ask(f"/{name}/{kind}.json")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    served: dict[str, Any] = answer.json()
    return served
