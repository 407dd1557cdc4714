"""Reading the notifications service, and registering who is told."""

import uuid
from typing import Any

import httpx

from tests.end_to_end.quotas import eventually_some
from tests.end_to_end.system import Json, System
from tests.end_to_end.webhooks import Hook

ALERTS = "/notifications/v1/alerts"
RECIPIENTS = "/notifications/v1/recipients"
DELIVERIES = "/notifications/v1/deliveries"
EVERY_STANDING = ["over", "under", "on-quota"]


def a_recipient(**changes: Any) -> Json:
    recipient = {
        "name": "Landeskoordinierung",
        "channel": "email",
        "address": f"stelle-{uuid.uuid4().hex[:12]}@example.org",
        "quotas": ["sh-alliance", "sh-regular"],
        "standings": EVERY_STANDING,
        "language": "de",
    }
    return recipient | changes


async def register(system: System, **changes: Any) -> httpx.Response:
    """A recipient, who must be accepted."""
    answer = await system.coordination.post(RECIPIENTS, a_recipient(**changes))
    assert answer.status_code == 201, answer.text
    return answer


async def register_hook(system: System, hook: Hook, **changes: Any) -> httpx.Response:
    return await register(system, channel="webhook", address=hook.address, **changes)


async def remove(system: System, recipient: httpx.Response) -> httpx.Response:
    path = f"{RECIPIENTS}/{recipient.json()['id']}"
    return await system.coordination.delete(path, If_Match=recipient.headers["ETag"])


async def alert_of(system: System, crossing: Json) -> Json:
    """The alert of a crossing, once it is in the list."""
    name = f"{crossing['land']}:{crossing['sequence']}"

    async def raised() -> Json | None:
        query = {"unit": crossing["unit"], "quota": crossing["quota"], "limit": 500}
        alerts = await system.coordination.listed(ALERTS, **query)
        return next((alert for alert in alerts if alert["crossing"] == name), None)

    alert: Json = await eventually_some(raised, f"crossing {name} raises an alert")
    return alert


async def alert_in_state(system: System, alert: Json, state: str) -> Json:
    """The alert, once it is in that state."""

    async def changed() -> Json | None:
        shown = await system.coordination.seen(f"{ALERTS}/{alert['id']}")
        return shown if shown["state"] == state else None

    changed_alert: Json = await eventually_some(changed, f"the alert becomes {state}")
    return changed_alert


async def deliveries_to(system: System, recipient: httpx.Response) -> list[Json]:
    everything = await system.coordination.listed(DELIVERIES, limit=500)
    return [one for one in everything if one["recipient"] == recipient.json()["id"]]
