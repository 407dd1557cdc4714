"""Is the process alive, and what does it wait for?"""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from shared.http.answers import answer
from shared.postgres import ping

ASK_SECONDS = 1.5


def health_router(service: str) -> APIRouter:
    """The two health routes of a service, open to everyone."""
    router = APIRouter(prefix=f"/{service}/health", tags=["health"])
    router.add_api_route("/live", show_life, response_model=None)
    router.add_api_route("/ready", show_readiness, response_model=None)
    return router


async def show_life() -> Response:
    """200 while the process answers at all."""
    return answer(200, {"alive": True})


async def show_readiness(request: Request) -> Response:
    """200 when ready, else 503 with what it waits for, one sentence each."""
    service: Any = request.app.state.service
    missing = service.waits_for() or await _database_trouble(service.database)
    return answer(503 if missing else 200, {"ready": not missing, "waits_for": missing})


async def _database_trouble(database: Any) -> list[str]:
    try:
        async with asyncio.timeout(ASK_SECONDS):
            await ping(database)
    except Exception as failure:  # noqa: BLE001  # whatever it is, it is not ready
        return [f"PostgreSQL does not answer: {failure!r}"]
    return []
