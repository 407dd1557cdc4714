"""Quota's feed of crossings on a real port, for whoever brings the issuer's token."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from embedded.ports import pick_port
from tests.eventually import eventually
from tests.integration.notifications.crossings import CrossingsInTest

SECRET = "known to the issuer"


@dataclass
class FeedInTest:
    """Serves what was crossed; `answers` are statuses that come first, then it serves."""

    crossings: CrossingsInTest
    port: int = field(default_factory=pick_port)
    answers: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def give_token(self, request: Request) -> Response:
        form = (await request.body()).decode()
        is_known = "grant_type=client_credentials" in form and "authorization" in request.headers
        return JSONResponse({"access_token": "t", "expires_in": 60}, 200 if is_known else 401)

    async def show(self, request: Request) -> Response:
        self.asked.append(str(request.url.query))
        if request.headers.get("authorization") != "Bearer t":
            return Response(status_code=401)
        if self.answers:
            return Response(status_code=self.answers.pop(0))
        after, limit = int(request.query_params["after"]), int(request.query_params["limit"])
        return Response(await self.crossings.read(request.url.path, after, limit))


@asynccontextmanager
async def running_feed(crossings: CrossingsInTest) -> AsyncIterator[FeedInTest]:
    feed = FeedInTest(crossings)
    routes = [
        Route("/token", feed.give_token, methods=["POST"]),
        Route("/quota/v1/crossings/01", feed.show),
    ]
    config = uvicorn.Config(Starlette(routes=routes), port=feed.port, log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    await eventually(lambda: server.started, within=10, because="the feed is served")
    yield feed
    server.should_exit = True
    await serving
