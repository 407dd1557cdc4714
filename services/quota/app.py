"""Connects quota: placements come in from Kafka, crossings go out, balances are read."""

from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

from services.quota.api import allotments, balances, crossings, quotas
from services.quota.handlers.crossings import CrossingSource
from services.quota.handlers.placements import PlacementCounter, read_placement
from services.quota.handlers.seeds import seed_lands
from services.quota.settings import QuotaSettings
from shared.feeds import Feed
from shared.inbox import Inbox
from shared.kafka import close_quietly, make_broker, start_broker
from shared.postgres import Bell, Database
from shared.relay import Place, Relay
from shared.service import Service
from shared.topics import CROSSINGS, PLACEMENTS


def main() -> None:
    """Run quota until it is told to stop."""
    settings = QuotaSettings.read()
    service = Service("quota", settings)

    @asynccontextmanager
    async def work(
        database: Database,
    ) -> AsyncIterator[Sequence[Coroutine[Any, Any, None]]]:
        await seed_lands(database)
        bell = Bell(settings.database, settings.password, "quota_relay")
        feed = Feed(settings.admissions_url, settings)
        relay = Relay(CrossingSource(), CROSSINGS, database, bell, Place.of(settings))
        broker = make_broker(settings.kafka_bootstrap)
        counter = PlacementCounter(database, feed, bell)
        inbox = Inbox(settings.topic_prefix + PLACEMENTS, read_placement, counter, database)
        inbox.subscribe(broker, "quota", settings.batch_records)
        service.conditions |= {"relay": lambda: relay.trouble, "inbox": lambda: inbox.trouble}
        yield bell.run(), relay.run(), inbox.settle_forever(), start_broker(broker)
        await close_quietly(broker)
        await feed.close()

    routers = [quotas.router, balances.router, crossings.router, allotments.router]
    service.serve(service.app(routers, work))
