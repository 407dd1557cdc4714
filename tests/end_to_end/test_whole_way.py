"""A city's placement reaches the coordination: ledger, balances, crossing, alert, mail, webhook."""

from datetime import datetime, timedelta

import pytest

from tests.end_to_end.alerts import alert_of, register, register_hook, remove
from tests.end_to_end.mails import mail_to, text_of
from tests.end_to_end.placements import ENTRIES
from tests.end_to_end.quotas import balances, eventually_some, lowest, put_over
from tests.end_to_end.system import System
from tests.end_to_end.webhooks import WebhookSink

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_citys_placement_reaches_the_coordination(
    system: System, sink: WebhookSink
) -> None:
    hook = sink.hook()
    receiver = await register_hook(system, hook, quotas=["sh-alliance"], standings=["over"])
    reader = await register(system, quotas=["sh-alliance"], standings=["over"])
    before = await lowest(system, "sh-alliance")

    placement, crossing = await put_over(system, "sh-alliance")
    recorded = placement.json()

    [entry] = await system.caller("service").fed(ENTRIES, after=recorded["sequence"] - 1)
    assert entry["postings"][0]["persons"] == recorded["persons"]
    for quota in ("sh-alliance", "sh-regular"):
        shown = await balances(system, quota)
        assert shown["as_of"]["sequence"] == recorded["sequence"]
    assert (crossing["unit"], crossing["before"]) == (before["unit"], before["standing"])

    alert = await alert_of(system, crossing)
    assert (alert["state"], alert["acknowledgement"], alert["resolved_by"]) == ("open", None, None)
    same = ("quota", "unit", "before", "after", "credited", "target", "balance", "cause")
    assert {name: alert[name] for name in same} == {name: crossing[name] for name in same}

    mail = await mail_to(system, reader.json()["address"])
    assert before["name"] in text_of(mail)

    call = await eventually_some(lambda: hook.calls[:1], "the webhook is called")
    assert call[0].is_signed_with(receiver.json()["secret"])
    assert [one["id"] for one in hook.alerts()] == [alert["id"]]
    for recipient in (receiver, reader):
        assert (await remove(system, recipient)).status_code == 204


async def test_the_alert_is_raised_within_two_seconds_of_the_recording(system: System) -> None:
    placement, crossing = await put_over(system, "sh-alliance")
    raised_at = datetime.fromisoformat((await alert_of(system, crossing))["raised_at"])
    recorded_at = datetime.fromisoformat(placement.json()["recorded_at"])
    assert timedelta(0) <= raised_at - recorded_at <= timedelta(seconds=2)
