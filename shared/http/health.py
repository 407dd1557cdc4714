"""Is the process alive, and what does it wait for?"""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from shared.http.answers import answer
from shared.postgres import Database, ping

ASK_SECONDS = 1.0


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
    """200 when ready, else 503; with what it waits for, one sentence each, in both cases."""
    state: Any = request.app.state
    missing = state.service.waits_for() or await _trouble_of(state, state.service.database)
    said = [*missing, *state.entrance.waits()]
    said += [sentence for waits in state.service.remarks for sentence in waits()]
    return answer(503 if missing else 200, {"ready": not missing, "waits_for": said})


async def _trouble_of(state: Any, database: Database) -> list[str]:
    """What keeps PostgreSQL from answering; one question at a time, for a hung one holds each."""
    asking: asyncio.Task[None] | None = getattr(state, "asking", None)
    if asking is None or asking.done():
        asking = state.asking = asyncio.create_task(ping(database))
    done, _ = await asyncio.wait([asking], timeout=ASK_SECONDS)
    if not done:
        return ["PostgreSQL does not answer in time"]
    [outcome] = await asyncio.gather(asking, return_exceptions=True)
    return [f"PostgreSQL does not answer: {outcome!r}"] if outcome else []
