"""Connects admissions: placements come in over HTTP, the ledger goes out on Kafka."""

from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from audit.routes import audited
from documents.served import documents_of
from services.admissions.api import (
    api_keys,
    corrections,
    imports,
    ledger,
    placements,
    reference,
    transfers,
)
from services.admissions.api.key_ring import KeyRing
from services.admissions.api.together import Desk
from services.admissions.handlers.ledger import LedgerSource, outgoing
from services.admissions.settings import AdmissionsSettings
from shared.postgres import Bell, Database
from shared.relay import Place, Relay
from shared.service import Service
from shared.topics import PLACEMENTS

ROUTERS = [
    placements.router,
    imports.router,
    corrections.router,
    transfers.router,
    ledger.router,
    reference.router,
    api_keys.router,
]


def main() -> None:
    """Run admissions until it is told to stop."""
    settings = AdmissionsSettings.read()
    service = Service("admissions", settings)
    service.serve(connect(service, settings))


def connect(service: Service, settings: AdmissionsSettings) -> FastAPI:
    """The whole service behind its HTTP side; ready without Kafka, for it accepts without."""
    topic = settings.topic_prefix + PLACEMENTS
    bell = Bell(settings.database, settings.password, "admissions_ledger")
    ring = KeyRing(service, settings.api_key_secrets)

    @asynccontextmanager
    async def work(database: Database) -> AsyncIterator[Sequence[Coroutine[Any, Any, None]]]:
        relay = Relay(LedgerSource(), topic, database, bell, Place.of(settings))
        app.state.desk = Desk(lambda entries: relay.offer(map(outgoing, entries)))
        service.remarks.append(lambda: [relay.trouble] if relay.trouble else [])
        yield bell.run(), relay.run(), ring.keep_uses(database)

    app = service.app([*ROUTERS, *audited(service), *documents_of(service.name)], work, ring)
    app.state.bell, app.state.key_ring = bell, ring
    return app
