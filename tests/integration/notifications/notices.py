"""What channels are given to say and to send."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from access.seal import Seal
from services.notifications.delivery.channel import Notice, Parcel
from services.notifications.delivery.letters import Letters
from services.notifications.delivery.names import load_names
from services.notifications.domain.alert import Alert
from services.notifications.domain.delivery import plan_delivery
from services.notifications.domain.recipient import Recipient
from tests.unit.notifications.builders import a_recipient, an_alert

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
WEBHOOK_KEY = "a-key-of-the-tests-that-is-long-enough"
SEAL = Seal([WEBHOOK_KEY.encode()])
TRIED_AT = datetime(2026, 11, 2, 9, 0, 5, tzinfo=UTC)


def the_letters() -> Letters:
    return Letters(load_names(), "https://hafen.example/")


def a_notice(alert: Alert | None = None, resolved: Alert | None = None, **wish: Any) -> Notice:
    """A first notification about one alert, and what its crossing resolved."""
    told, recipient = alert or an_alert(), a_recipient(**wish)
    by_alert = {told.id: resolved} if resolved else {}
    return Notice(plan_delivery(told, recipient, told.raised_at), recipient, (told,), by_alert)


def a_grouped_notice(alerts: Sequence[Alert], reminder: int = 0, **wish: Any) -> Notice:
    """One message about several alerts, or a reminder of a number."""
    recipient = a_recipient(**wish)
    delivery = plan_delivery(alerts[0], recipient, alerts[-1].raised_at, reminder)
    named = replace(delivery, alerts=tuple(alert.id for alert in alerts))
    return Notice(named, recipient, tuple(alerts), {})


def a_parcel(content: bytes = b"{}", tries: int = 1, **wish: Any) -> Parcel:
    recipient = with_secret(a_recipient(**wish))
    return Parcel(UUID(int=5), content, recipient, tries, TRIED_AT)


def with_secret(recipient: Recipient) -> Recipient:
    """A webhook's recipient with the tests' secret, sealed as it is kept."""
    return replace(recipient, secret=SEAL.close(SECRET, str(recipient.id)))
