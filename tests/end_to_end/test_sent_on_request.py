"""What people ask to be sent: a marked test, and a delivery once more."""

import uuid

import httpx
import pytest

from tests.end_to_end.alerts import (
    DELIVERIES,
    RECIPIENTS,
    deliveries_to,
    register,
    register_hook,
    remove,
)
from tests.end_to_end.mails import mail_to, mails_to
from tests.end_to_end.placements import NO_SUCH_ID
from tests.end_to_end.problems import problem
from tests.end_to_end.quotas import eventually_some, put_over
from tests.end_to_end.system import Json, System
from tests.end_to_end.webhooks import WebhookSink

pytestmark = pytest.mark.asyncio(loop_scope="session")
OVER_IN_ALLIANCE = {"quotas": ["sh-alliance"], "standings": ["over"]}


def path_of_test(recipient: httpx.Response) -> str:
    return f"{RECIPIENTS}/{recipient.json()['id']}/test"


async def in_state(system: System, delivery: Json, state: str, attempts: int = 1) -> Json:
    """The delivery, once it is in that state after so many tries."""

    async def reached() -> Json | None:
        shown = await system.coordination.seen(f"{DELIVERIES}/{delivery['id']}")
        return shown if (shown["state"], len(shown["attempts"])) == (state, attempts) else None

    found: Json = await eventually_some(reached, f"the delivery is {state}")
    return found


async def test_a_test_reaches_a_webhook_marked_signed_and_without_alerts(
    system: System, sink: WebhookSink
) -> None:
    hook = sink.hook()
    recipient = await register_hook(system, hook)
    answer = await system.coordination.post(path_of_test(recipient), {})
    assert answer.status_code == 202
    delivery = await in_state(system, answer.json(), "accepted")
    assert (delivery["recipient"], delivery["alerts"]) == (recipient.json()["id"], [])
    [call] = hook.calls
    assert call.is_signed_with(recipient.json()["secret"])
    assert call.message_id == delivery["id"]
    assert call.data()["data"] == {"alerts": []}
    assert call.data()["type"] != "alert.raised.v1"
    await remove(system, recipient)


@pytest.mark.parametrize("language", ["de", "en"])
async def test_a_test_reaches_a_mailbox_and_says_that_it_is_one(
    system: System, language: str
) -> None:
    recipient = await register(system, language=language)
    answer = await system.coordination.post(path_of_test(recipient), {})
    mail = await mail_to(system, recipient.json()["address"])
    assert "Test" in str(mail["Subject"])
    assert answer.json()["id"] in str(mail["Message-ID"])
    assert mail["References"] is None
    await remove(system, recipient)


async def test_a_repeated_request_sends_one_test(system: System) -> None:
    recipient = await register(system)
    key = {"Idempotency_Key": str(uuid.uuid4())}
    first, again = [
        await system.coordination.post(path_of_test(recipient), {}, **key) for _ in range(2)
    ]
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert again.headers["Idempotency-Replayed"] == "true"
    await in_state(system, first.json(), "accepted")
    assert len(await deliveries_to(system, recipient)) == 1
    assert len(mails_to(system, recipient.json()["address"])) == 1
    await remove(system, recipient)


async def test_what_was_given_up_is_sent_again_by_hand_under_the_same_id(
    system: System, sink: WebhookSink
) -> None:
    hook = sink.hook([(410, {})])
    recipient = await register_hook(system, hook, **OVER_IN_ALLIANCE)
    await put_over(system, "sh-alliance")
    await eventually_some(lambda: hook.calls, "the webhook is called")
    [delivery] = await deliveries_to(system, recipient)
    await in_state(system, delivery, "given-up")
    answer = await system.coordination.post(f"{DELIVERIES}/{delivery['id']}/retry", {})
    assert (answer.status_code, answer.json()["id"]) == (202, delivery["id"])
    accepted = await in_state(system, delivery, "accepted", attempts=2)
    assert accepted["next_try"] is None
    assert len({(call.message_id, call.body) for call in hook.calls}) == 1
    await remove(system, recipient)


async def test_an_operator_may_send_again_without_seeing_what(
    system: System, sink: WebhookSink
) -> None:
    hook = sink.hook()
    recipient = await register_hook(system, hook)
    tested = (await system.coordination.post(path_of_test(recipient), {})).json()
    await in_state(system, tested, "accepted")
    answer = await system.caller("operator").post(f"{DELIVERIES}/{tested['id']}/retry", {})
    assert answer.status_code == 202
    assert not answer.json().get("alerts")
    assert hook.address not in answer.text
    await in_state(system, tested, "accepted", attempts=2)
    assert len(hook.calls) == 2
    await remove(system, recipient)


@pytest.mark.parametrize(
    "path", [f"{RECIPIENTS}/{NO_SUCH_ID}/test", f"{DELIVERIES}/{NO_SUCH_ID}/retry"]
)
async def test_nothing_is_sent_from_what_is_not_there(system: System, path: str) -> None:
    problem(await system.coordination.post(path, {}), 404, "not-found")


async def test_a_recipient_that_was_removed_is_sent_no_test(system: System) -> None:
    recipient = await register(system)
    await remove(system, recipient)
    answer = await system.coordination.post(path_of_test(recipient), {})
    problem(answer, 404, "not-found")
