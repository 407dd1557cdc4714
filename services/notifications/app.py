"""Connects notifications: crossings come in from Kafka, alerts are read and sent out."""

from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from access.reach import EVERYWHERE
from audit.routes import audited
from documents.served import documents_of
from services.notifications.api import alerts, deliveries, recipients, stream
from services.notifications.api.audience import Audience
from services.notifications.delivery.dispatcher import Dispatcher, Pace
from services.notifications.delivery.email import MailServer
from services.notifications.delivery.outlets import Outlets
from services.notifications.handlers.crossings import Crossings, read_event
from services.notifications.handlers.first_recipients import prepare_recipients
from services.notifications.handlers.old_changes import forget_old_changes
from services.notifications.handlers.reminders import Reminders
from services.notifications.settings import NotificationsSettings
from shared.feeds import Feed
from shared.inbox import Inbox
from shared.kafka import close_quietly, make_broker, start_broker
from shared.postgres import Bell, Database
from shared.service import Service
from shared.topics import CROSSINGS

KAFKA_IS_AWAY = "Kafka is not there yet"
ROUTERS = [stream.router, alerts.router, recipients.router, deliveries.router]


def main() -> None:
    """Run notifications until it is told to stop."""
    settings = NotificationsSettings.read()
    service = Service("notifications", settings)
    service.serve(connect(service, settings))


def connect(service: Service, settings: NotificationsSettings) -> FastAPI:
    """The whole service behind its HTTP side."""
    names = "notifications_deliveries", "notifications_changes"
    bell, news = (Bell(settings.database, settings.password, name) for name in names)
    audience = Audience(news, settings.streams, settings.streams_per_client)

    @asynccontextmanager
    async def work(_database: Database) -> AsyncIterator[Sequence[Coroutine[Any, Any, None]]]:
        feed, broker = Feed(settings.quota_url, settings), make_broker(settings.kafka)
        async with service.pool(EVERYWHERE) as lands:
            await prepare_recipients(lands, settings.coordination_mail, settings.seal)
            crossings = Crossings(lands, feed, bell, news, schedule=settings.schedule)
            inbox = Inbox(settings.topic_prefix + CROSSINGS, read_event, crossings, lands)
            inbox.subscribe(broker, "notifications", settings.batch_records)
            service.conditions["kafka"] = lambda: None if broker.running else KAFKA_IS_AWAY
            service.conditions["inbox"] = lambda: inbox.trouble
            service.remarks.append(inbox.waits)
            outlets = open_outlets(settings)
            pace = Pace(stretch=settings.retry_stretch, claim_seconds=settings.claim_seconds)
            dispatcher = Dispatcher(lands, outlets.channels, bell, pace)
            own = bell.run(), news.run(), audience.run(lands), forget_old_changes(lands)
            saying = dispatcher.run(), Reminders(lands, bell, settings.schedule).run()
            try:
                yield *own, *saying, start_broker(broker), inbox.settle_forever()
            finally:
                await close_quietly(broker)
                await inbox.end()
                await outlets.close()
                await feed.close()

    app = service.app([*ROUTERS, *audited(service), *documents_of(service.name)], work)
    app.state.bell, app.state.audience = bell, audience
    app.state.webhook_allowed, app.state.seal = settings.webhook_allowed, settings.seal
    return app


def open_outlets(settings: NotificationsSettings) -> Outlets:
    """The ways out of the house, as they are set."""
    server = MailServer(*settings.mail_place, *settings.mail_access)
    return Outlets.open(server, settings.public_address, *settings.webhook_access)
