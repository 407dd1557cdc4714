"""What every service process does alike: starts at once, waits for what it needs, stops cleanly."""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

import prometheus_client
import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Request

from access.entrance import AskedKeys, Keys
from access.rate import RateLimit
from access.reach import NOWHERE, Reach
from shared.forgetting import forget_daily
from shared.http.guarded import GuardedApp, safe_headers
from shared.http.health import health_router
from shared.http.problems import Problem
from shared.http.refusals import answer_problems
from shared.http.route import Trail
from shared.logs import start_logging
from shared.postgres import NOT_PREPARED, UNAVAILABLE, Database, open_pool
from shared.settings import ServiceSettings
from shared.store.idempotency import sweep_kept

STOP_SECONDS = 10
GARBAGE_AT_ONCE = 10_000
CLOSE_SECONDS = 5.0
WHO_AM_I = "/admissions/v1/caller"
LONGEST_WAIT_SECONDS = 2.0
log = logging.getLogger(__name__)
Work = Callable[[Database], AbstractAsyncContextManager[Sequence[Coroutine[Any, Any, None]]]]


@dataclass
class Service:
    """A service's name, settings, and what it waits for; `conditions` give None when met.

    What `remarks` give is said too, but keeps nobody from working with the service.
    Whoever makes it gives it a trail: without one there is no HTTP side.
    """

    name: str
    settings: ServiceSettings
    conditions: dict[str, Callable[[], str | None]] = field(default_factory=dict)
    remarks: list[Callable[[], list[str]]] = field(default_factory=list)
    database: "Database | None" = None
    exit_code: int = 0
    work: Work = field(init=False)
    trail: Trail = field(init=False)

    def waits_for(self) -> list[str]:
        """One sentence for each thing that is missing, none when ready."""
        if self.database is None:
            return ["PostgreSQL does not answer yet"]
        return [sentence for met in self.conditions.values() if (sentence := met())]

    def app(self, routers: Sequence[APIRouter], work: Work, keys: Keys | None = None) -> FastAPI:
        """The HTTP side; `work` opens what the service does beside answering.

        `keys` knows API keys; without it admissions is asked about each.
        """
        self.work, settings = work, self.settings
        app = GuardedApp(
            title=f"Hafenlotse {self.name}",
            version="1",
            openapi_url=None,  # what describes us is served by routers of its own
            docs_url=None,
            redoc_url=None,
            lifespan=self._lifespan,
            redirect_slashes=False,
            telemetry={"tracing": False, "metrics": False, "logs": False},  # nobody listens
        )
        app.safe = safe_headers(settings.public_address)
        app.state.service, app.state.trail = self, self.trail
        app.state.entrance = settings.entrance(
            keys or AskedKeys(settings.admissions_url + WHO_AM_I)
        )
        app.state.rate_limit = RateLimit(settings.rate_per_second, settings.rate_burst)
        # Not include_router: FastAPI would look for the route of each request twice.
        for router in (*routers, health_router(self.name)):
            app.router.routes.extend(router.routes)
        answer_problems(app, self.name)
        return app

    @asynccontextmanager
    async def _lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        if self.settings.metrics_port:
            prometheus_client.start_http_server(self.settings.metrics_port, self.settings.host)
        stop = asyncio.Event()
        life = asyncio.create_task(self._live(stop), name="life")
        life.add_done_callback(self._end_process_on_failure)
        try:
            yield
        finally:
            stop.set()
            if self.database is None:
                life.cancel()  # it waits or has ended: there is no work to finish
            await asyncio.wait([life], timeout=STOP_SECONDS)
            await app.state.entrance.close()

    async def _live(self, stop: asyncio.Event) -> None:
        async with self.pool() as database:
            try:
                async with self.work(database) as jobs, asyncio.TaskGroup() as group:
                    own = forget_daily(database, "answers", sweep_kept), self.trail.run(database)
                    tasks = [group.create_task(_until_cancelled(job)) for job in (*jobs, *own)]
                    self.database = database
                    log.info("%s is at work", self.name)
                    await stop.wait()
                    for task in tasks:
                        task.cancel()
            finally:
                self.database = None

    @asynccontextmanager
    async def pool(self, reach: Reach = NOWHERE) -> AsyncIterator[Database]:
        """Connections from when PostgreSQL answers, closed or in the end cut off.

        `reach`: of what is done on them and names none of its own.
        """
        database = await self._wait_for_database(reach)
        try:
            yield database
        finally:
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await database.close()
            except TimeoutError:
                database.terminate()

    async def _wait_for_database(self, reach: Reach) -> Database:
        settings, wait_seconds = self.settings, 0.2
        place, size = (settings.database, settings.password), settings.database_connections
        while True:
            try:
                return await open_pool(*place, size, self.name, reach)
            except (*UNAVAILABLE, *NOT_PREPARED) as failure:
                log.warning("waiting for PostgreSQL: %s", failure)
                await asyncio.sleep(wait_seconds)
                wait_seconds = min(wait_seconds * 2, LONGEST_WAIT_SECONDS)

    def _end_process_on_failure(self, life: "asyncio.Task[None]") -> None:
        """A service whose work died must not look alive: its supervisor starts it again."""
        if not life.cancelled() and (failure := life.exception()):
            log.critical("the work died, so the process ends", exc_info=failure)
            self.exit_code = 1
            os.kill(os.getpid(), signal.SIGTERM)

    def serve(self, app: FastAPI) -> None:
        """Answer requests until SIGTERM and exit with 0, or with 1 once the work has died."""
        # uvicorn stops at the signal and then raises it once more, for whom it was before.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(self.exit_code))
        start_logging(self.name, self.settings.log_level)
        spare_collector()
        uvicorn.run(
            app,
            host=self.settings.host,
            port=self.settings.port,
            loop="uvloop",
            http="httptools",
            access_log=False,
            log_config=None,
            server_header=False,
            forwarded_allow_ips=self.settings.gateways,
            timeout_graceful_shutdown=STOP_SECONDS,
        )


async def _until_cancelled(job: Coroutine[Any, Any, None]) -> None:
    """Run a job; a cancellation that escaped from a library must not end it without a word."""
    try:
        await job
    except asyncio.CancelledError as stray:
        task = asyncio.current_task()
        if task and not task.cancelling():
            raise RuntimeError("a job was cancelled, and nobody asked for it") from stray
        raise


def spare_collector() -> None:
    """What is there at the start stays: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AT_ONCE, 10, 10)


async def the_database(request: Request) -> Database:
    """The pool, or `unavailable` while there is none."""
    service: Service = request.app.state.service
    if service.database is None:
        raise Problem("unavailable")
    return service.database


Stored = Annotated[Database, Depends(the_database)]
