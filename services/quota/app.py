"""Connects quota: placements come in from Kafka, crossings go out, balances are read."""

from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from fastapi import FastAPI

from access.reach import EVERYWHERE
from audit.routes import audited
from documents.served import documents_of
from services.quota.api import (
    allotments,
    balances,
    crossings,
    defining,
    explanations,
    history,
    keys,
    quotas,
)
from services.quota.api.ledger_clock import LedgerClock
from services.quota.handlers.crossings import CrossingSource, outgoing
from services.quota.handlers.days import sum_days_forever
from services.quota.handlers.periods import turn_periods_forever
from services.quota.handlers.placements import PlacementCounter, read_placement
from services.quota.handlers.seeds import seed_lands
from services.quota.settings import QuotaSettings
from shared.codes import LANDS
from shared.feeds import Feed
from shared.inbox import Inbox
from shared.kafka import close_quietly, make_broker, start_broker
from shared.postgres import Bell, Database
from shared.relay import Place, Relay
from shared.service import Service
from shared.topics import CROSSINGS, PLACEMENTS

PARTS = (quotas, defining, keys, balances, explanations, history, crossings, allotments)
ROUTERS = [part.router for part in PARTS]


def main() -> None:
    """Run quota until it is told to stop."""
    settings = QuotaSettings.read()
    service = Service("quota", settings)
    service.serve(connect(service, settings))


def connect(service: Service, settings: QuotaSettings) -> FastAPI:
    """The whole service behind its HTTP side."""
    bell = Bell(settings.database, settings.password, "quota_relay")

    @asynccontextmanager
    async def work(database: Database) -> AsyncIterator[Sequence[Coroutine[Any, Any, None]]]:
        feed = Feed(settings.admissions_url, settings)
        app.state.ledger_clock = LedgerClock(database, feed)
        broker = make_broker(settings.kafka)
        async with service.pool(EVERYWHERE) as lands:
            await seed_lands(lands)
            prefix, place = settings.topic_prefix, replace(Place.of(settings), few=12)
            relay = Relay(CrossingSource(), prefix + CROSSINGS, lands, bell, place)
            counter = PlacementCounter(lands, feed, lambda found: relay.offer(map(outgoing, found)))
            inbox = Inbox(prefix + PLACEMENTS, read_placement, counter, lands, hands=len(LANDS))
            inbox.subscribe(broker, "quota", settings.batch_records)
            service.conditions |= {"relay": lambda: relay.trouble, "inbox": lambda: inbox.trouble}
            service.remarks.append(inbox.waits)
            late = turn_periods_forever(lands, bell), sum_days_forever(lands)
            try:
                yield bell.run(), relay.run(), inbox.settle_forever(), start_broker(broker), *late
            finally:
                await close_quietly(broker)
                await inbox.end()
                await feed.close()

    app = service.app([*ROUTERS, *audited(service), *documents_of(service.name)], work)
    app.state.bell = bell
    return app
