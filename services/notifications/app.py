"""Connects notifications: crossings come in from Kafka, alerts are read and sent out."""

from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from services.notifications.api import alerts, deliveries, recipients
from services.notifications.delivery.channel import Channel
from services.notifications.delivery.dispatcher import Dispatcher, Pace
from services.notifications.delivery.email import EmailChannel, MailServer
from services.notifications.delivery.letters import Letters
from services.notifications.delivery.log import LogChannel
from services.notifications.delivery.names import load_names
from services.notifications.delivery.webhook import WebhookChannel
from services.notifications.handlers.crossings import Crossings, read_event
from services.notifications.handlers.first_recipients import make_first_recipients
from services.notifications.settings import NotificationsSettings
from shared.feeds import Feed
from shared.inbox import Inbox
from shared.kafka import close_quietly, make_broker, start_broker
from shared.postgres import Bell, Database
from shared.service import Service
from shared.topics import CROSSINGS

ROUTERS = [alerts.router, recipients.router, deliveries.router]


def main() -> None:
    """Run notifications until it is told to stop."""
    settings = NotificationsSettings.read()
    service = Service("notifications", settings)
    service.serve(connect(service, settings))


def connect(service: Service, settings: NotificationsSettings) -> FastAPI:
    """The whole service behind its HTTP side."""
    bell = Bell(settings.database, settings.password, "notifications_deliveries")

    @asynccontextmanager
    async def work(database: Database) -> AsyncIterator[Sequence[Coroutine[Any, Any, None]]]:
        await make_first_recipients(database, settings.coordination_mail)
        feed, broker = Feed(settings.quota_url, settings), make_broker(settings.kafka_bootstrap)
        inbox = Inbox(
            settings.topic_prefix + CROSSINGS, read_event, Crossings(database, feed, bell), database
        )
        inbox.subscribe(broker, "notifications", settings.batch_records)
        service.conditions |= {
            "kafka": lambda: None if broker.running else "Kafka can't be reached yet",
            "inbox": lambda: inbox.trouble,
        }
        email, webhook, log = make_channels(settings)
        pace = Pace(stretch=settings.retry_stretch, claim_seconds=settings.claim_seconds)
        dispatcher = Dispatcher(database, (email, webhook, log), bell, pace)
        try:
            yield bell.run(), start_broker(broker), inbox.settle_forever(), dispatcher.run()
        finally:
            await close_quietly(broker)
            email.close_idle()
            await webhook.close()
            await feed.close()

    app = service.app(ROUTERS, work)
    app.state.bell, app.state.webhook_allowed = bell, settings.webhook_allowed
    return app


def make_channels(settings: NotificationsSettings) -> tuple[EmailChannel, WebhookChannel, Channel]:
    """The ways out of the house."""
    letters = Letters(load_names(), settings.public_address)
    place = (settings.smtp_host, settings.smtp_port, settings.mail_from, settings.smtp_tls)
    server = MailServer(*place, settings.smtp_username, settings.mail_password)
    email = EmailChannel(server, letters)
    return email, WebhookChannel(settings.webhook_allowed), LogChannel(letters)
