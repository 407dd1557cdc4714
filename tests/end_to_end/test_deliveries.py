"""What is sent: webhooks signed and retried, nothing to where it may not go, all on record."""

import httpx
import pytest

from tests.end_to_end.alerts import (
    DELIVERIES,
    RECIPIENTS,
    a_recipient,
    alert_of,
    deliveries_to,
    register,
    register_hook,
    remove,
)
from tests.end_to_end.placements import NO_SUCH_ID, withdraw
from tests.end_to_end.problems import places, problem
from tests.end_to_end.quotas import eventually_some, put_over
from tests.end_to_end.system import Json, System
from tests.end_to_end.webhooks import Hook, WebhookSink

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIELDS = {"id", "alerts", "recipient", "channel", "state", "attempts", "next_try"}
OVER_IN_ALLIANCE = {"quotas": ["sh-alliance"], "standings": ["over"]}


async def calls(hook: Hook, number: int, within: float = 15) -> None:
    """Wait until the hook was called that often."""
    await eventually_some(lambda: len(hook.calls) >= number, f"{number} calls arrive", within)


def is_tried(hook: Hook, message_id: str, number: int) -> bool:
    return sum(call.message_id == message_id for call in hook.calls) >= number


async def attempts(system: System, recipient: httpx.Response) -> list[Json]:
    """What became of the only delivery to the recipient, try by try."""
    [delivery] = await deliveries_to(system, recipient)
    tries: list[Json] = delivery["attempts"]
    return tries


async def delivered(system: System, recipient: httpx.Response, state: str) -> Json:
    """The only delivery to the recipient, once it is in that state."""

    async def reached() -> Json | None:
        [delivery] = await deliveries_to(system, recipient)
        return delivery if delivery["state"] == state else None

    delivery: Json = await eventually_some(reached, f"the delivery becomes {state}")
    return delivery


async def test_a_webhook_is_called_once_with_the_alert_and_a_good_signature(
    system: System, sink: WebhookSink
) -> None:
    hook = sink.hook()
    recipient = await register_hook(system, hook, **OVER_IN_ALLIANCE)
    _, crossing = await put_over(system, "sh-alliance")
    await calls(hook, 1)
    alert = await alert_of(system, crossing)
    delivery = await delivered(system, recipient, "accepted")
    [call] = hook.calls
    assert call.is_signed_with(recipient.json()["secret"])
    assert call.message_id == delivery["id"]
    assert call.headers["content-type"].startswith("application/json")
    body = call.data()
    assert set(body) == {"type", "timestamp", "data"}
    assert body["type"] == "alert.raised.v1"
    assert body["timestamp"].endswith("Z")
    assert body["data"] == {"alerts": [alert]}
    assert set(delivery) == FIELDS
    assert (delivery["alerts"], delivery["channel"]) == ([alert["id"]], "webhook")
    assert len(delivery["attempts"]) == 1
    assert set(delivery["attempts"][0]) == {"at", "outcome"}
    assert delivery["next_try"] is None
    assert await system.coordination.seen(f"{DELIVERIES}/{delivery['id']}") == delivery
    await remove(system, recipient)


async def test_a_failing_webhook_is_tried_again_with_the_same_id_and_bytes(
    system: System, sink: WebhookSink
) -> None:
    hook = sink.hook([(500, {}), (503, {})])
    recipient = await register_hook(system, hook, **OVER_IN_ALLIANCE)
    await put_over(system, "sh-alliance")
    await calls(hook, 1)
    await calls(hook, 3, within=15)
    assert hook.calls[2].at - hook.calls[0].at <= 15
    assert len({call.message_id for call in hook.calls}) == 1
    assert len({call.body for call in hook.calls}) == 1
    secret = recipient.json()["secret"]
    assert all(call.is_signed_with(secret) for call in hook.calls)
    delivery = await delivered(system, recipient, "accepted")
    assert len(delivery["attempts"]) == 3
    assert "words of the receiver" not in str(delivery)
    await remove(system, recipient)


async def test_what_was_sent_stays_as_it_was_though_the_alert_has_changed(
    system: System, sink: WebhookSink
) -> None:
    hook = sink.hook([(500, {})] * 2)
    recipient = await register_hook(system, hook, **OVER_IN_ALLIANCE)
    placement, crossing = await put_over(system, "sh-alliance")
    await calls(hook, 1)
    await withdraw(system.city(crossing["unit"]), placement)
    await eventually_some(lambda: is_tried(hook, hook.calls[0].message_id, 2), "a second try", 15)
    first = [call for call in hook.calls if call.message_id == hook.calls[0].message_id]
    assert len({call.body for call in first}) == 1
    assert first[-1].data()["data"]["alerts"][0]["state"] == "open"
    await remove(system, recipient)


async def test_a_redirect_is_never_followed(system: System, sink: WebhookSink) -> None:
    elsewhere = sink.hook()
    hook = sink.hook([(code, {"Location": elsewhere.address}) for code in (302, 307, 301)])
    recipient = await register_hook(system, hook, **OVER_IN_ALLIANCE)
    await put_over(system, "sh-alliance")
    await eventually_some(lambda: hook.calls, "the webhook is called")

    await eventually_some(lambda: attempts(system, recipient), "the attempt is on record")
    assert elsewhere.calls == []
    await remove(system, recipient)


async def test_a_removed_recipients_pending_deliveries_are_given_up(
    system: System, sink: WebhookSink
) -> None:
    hook = sink.hook([(500, {})] * 100)
    recipient = await register_hook(system, hook, **OVER_IN_ALLIANCE)
    await put_over(system, "sh-alliance")
    await eventually_some(lambda: attempts(system, recipient), "the attempt is on record")
    assert (await remove(system, recipient)).status_code == 204
    delivery = await delivered(system, recipient, "given-up")
    assert delivery["next_try"] is None
    again = await system.coordination.post(f"{DELIVERIES}/{delivery['id']}/retry", {})
    assert (again.status_code, again.json()) == (202, delivery)


async def test_a_changed_recipients_next_try_goes_to_the_new_address(
    system: System, sink: WebhookSink
) -> None:
    old, new = sink.hook([(500, {})] * 100), sink.hook()
    recipient = await register_hook(system, old, **OVER_IN_ALLIANCE)
    await put_over(system, "sh-alliance")
    await calls(old, 1)
    path = f"{RECIPIENTS}/{recipient.json()['id']}"
    wanted = a_recipient(channel="webhook", address=new.address, **OVER_IN_ALLIANCE)
    changed = await system.coordination.put(path, wanted, If_Match=recipient.headers["ETag"])
    await calls(new, 1, within=30)
    assert new.calls[0].message_id == old.calls[0].message_id
    assert new.calls[0].body == old.calls[0].body
    await remove(system, changed)


async def test_a_recipient_is_told_of_its_quotas_and_standings_only(
    system: System, sink: WebhookSink
) -> None:
    wanted, unwanted = sink.hook(), sink.hook()
    recipients = [
        await register_hook(system, wanted, quotas=["sh-alliance"], standings=["over"]),
        await register_hook(system, unwanted, quotas=["sh-regular"], standings=["on-quota"]),
    ]
    await put_over(system, "sh-alliance")
    await calls(wanted, 1)
    assert all(alert["quota"] == "sh-alliance" for alert in wanted.alerts())
    assert all(alert["after"] == "over" for alert in wanted.alerts())
    assert all(alert["after"] == "on-quota" for alert in unwanted.alerts())
    assert all(alert["quota"] == "sh-regular" for alert in unwanted.alerts())
    for recipient in recipients:
        await remove(system, recipient)


async def test_a_delivery_to_a_mailbox_is_on_record(system: System) -> None:
    recipient = await register(system, **OVER_IN_ALLIANCE)
    _, crossing = await put_over(system, "sh-alliance")
    delivery = await delivered(system, recipient, "accepted")
    assert delivery["channel"] == "email"
    assert delivery["alerts"] == [(await alert_of(system, crossing))["id"]]
    seen = await system.caller("operator").seen(f"{DELIVERIES}/{delivery['id']}")
    assert seen["id"] == delivery["id"]
    assert recipient.json()["address"] not in str(seen)
    await remove(system, recipient)


@pytest.mark.parametrize("query", [{"limit": "0"}, {"cursor": "x"}, {"colour": "red"}])
async def test_a_wrong_query_of_deliveries_is_refused(system: System, query: Json) -> None:
    assert places(await system.coordination.get(DELIVERIES, **query)) == {f"?{next(iter(query))}"}


async def test_a_delivery_that_is_not_there_is_not_found(system: System) -> None:
    problem(await system.coordination.get(f"{DELIVERIES}/{NO_SUCH_ID}"), 404, "not-found")
