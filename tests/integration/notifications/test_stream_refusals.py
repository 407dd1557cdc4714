"""Who is not let into the stream of alerts, and is told why."""

import pytest

from tests.integration.notifications.service import Notifications
from tests.integration.notifications.streams import STREAM

pytestmark = pytest.mark.asyncio
REFUSED = {
    "malformed": ("x", "-1", "0", "01", "1.0", "1, 2", "9" * 19),
    "event-unknown": ("2", "9" * 18),
}


@pytest.mark.parametrize("code", REFUSED)
async def test_a_number_that_nobody_was_told_is_refused(
    notifications: Notifications, code: str
) -> None:
    await notifications.cross()
    for given in REFUSED[code]:
        caller = notifications.coordination
        refused = await caller.ask("GET", STREAM, headers={"Last-Event-ID": given})
        assert refused.status_code == 422
        [fault] = refused.json()["errors"]
        assert (fault["parameter"], fault["code"]) == ("Last-Event-ID", code), given


async def test_two_numbers_at_once_are_refused(notifications: Notifications) -> None:
    await notifications.cross()
    token = f"Bearer {notifications.coordination.token}"
    headers = [("Authorization", token), ("Last-Event-ID", "1"), ("Last-Event-ID", "1")]
    refused = await notifications.client.get(STREAM, headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "malformed")


async def test_a_stream_is_for_the_coordination(notifications: Notifications) -> None:
    for role in ("auditor", "operator", "city", "service"):
        assert (await notifications.caller(role, role).get(STREAM)).status_code == 403


async def test_a_stream_takes_no_parameters(notifications: Notifications) -> None:
    refused = await notifications.coordination.get(STREAM, after="1")
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "after")
