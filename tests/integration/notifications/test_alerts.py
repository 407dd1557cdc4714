"""One crossing, one alert: applied once, in order, in one fenced transaction."""

import asyncio
from typing import Any

import pytest
from pydantic import SecretStr

from embedded.kafka import KafkaBroker
from shared.postgres import LandHeld
from tests.eventually import eventually
from tests.integration.notifications.crossings import LAND, CrossingsInTest, event_from
from tests.integration.notifications.feeds import SECRET, running_feed
from tests.integration.notifications.service import (
    ALERTS,
    DELIVERIES,
    Notifications,
    announce,
    running_notifications,
)
from tests.integration.servers import OwnDatabase
from tests.integration.shared.issuers import IssuerInTest
from tests.sizes import sized

pytestmark = pytest.mark.asyncio


async def alerts(notifications: Notifications, **query: Any) -> list[tuple[str, str]]:
    """Crossing and state, newest first."""
    listed = await notifications.coordination.items(ALERTS, **query)
    return [(one["crossing"], one["state"]) for one in listed]


async def all_of(notifications: Notifications, path: str) -> set[str]:
    """The ids in a list, page by page."""
    found: set[str] = set()
    query: dict[str, Any] = {"limit": 500}
    while True:
        page = await notifications.coordination.seen(path, **query)
        assert not found & {one["id"] for one in page["items"]}
        found |= {one["id"] for one in page["items"]}
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


async def test_a_crossing_on_the_topic_becomes_an_alert(
    database: OwnDatabase, issuer: IssuerInTest, kafka: KafkaBroker, topic_prefix: str
) -> None:
    settings = {"kafka_bootstrap": kafka.bootstrap, "topic_prefix": topic_prefix}
    async with running_notifications(database, issuer, **settings) as notifications:
        crossing = notifications.crossings.cross("01003", "over", cause="other-placement")
        await announce(kafka.bootstrap, topic_prefix, notifications.crossings.records())
        [alert] = await eventually(
            lambda: notifications.coordination.items(ALERTS), within=20, because="it is raised"
        )
        document = notifications.crossings.documents[0]
        shown = {name: alert[name] for name in document if name != "sequence"}
        assert shown == {name: document[name] for name in shown}
        assert alert["crossing"] == f"01:{crossing.sequence}"
        assert (alert["state"], alert["acknowledgement"]) == ("open", None)
        assert (alert["resolved_by"], alert["undone_by_correction"]) == (None, False)


@pytest.mark.promise(19)
@pytest.mark.timeout(sized(60, 1800))
async def test_one_crossing_makes_one_alert(notifications: Notifications) -> None:
    crossings = sized(60, 10_000)
    for number in range(crossings):
        after = ("over", "on-quota")[number // 100 % 2]
        notifications.crossings.cross(f"010{number % 100:02}", after)
    events = notifications.crossings.events()
    for start in [*range(0, crossings, 50)] * 3:
        batch = events[start : start + 50]
        await asyncio.gather(*(notifications.owner().take(batch) for _ in range(3)))
    for path, each in ((ALERTS, 1), (DELIVERIES, 2)):
        assert len(await all_of(notifications, path)) == each * crossings


async def test_an_alert_is_resolved_by_the_units_next_crossing(
    notifications: Notifications,
) -> None:
    for after in ("over", "under", "on-quota"):
        await notifications.cross("01003", after)
    await notifications.cross("01002", "over")
    listed = await notifications.coordination.items(ALERTS)
    assert [(one["state"], one["resolved_by"]) for one in listed] == [
        ("open", None),
        ("resolved", None),
        ("resolved", "01:3"),
        ("resolved", "01:2"),
    ]


@pytest.mark.parametrize("cuts", [(6,), (1, 5), (2, 2, 2), (1,) * 6])
async def test_batch_cuts_change_no_alert(
    notifications: Notifications, cuts: tuple[int, ...]
) -> None:
    crossings = notifications.crossings
    for after in ("over", "on-quota", "under", "over", "on-quota", "under"):
        crossings.cross("01003", after, cause="correction" if after == "under" else "transfer")
    events, owner = crossings.events(), notifications.owner()
    for cut in cuts:
        await owner.take(events[:cut])
        events = events[cut:]
    listed = await notifications.coordination.items(ALERTS)
    assert [(one["resolved_by"], one["undone_by_correction"]) for one in listed] == [
        (None, False),
        (None, False),
        ("01:5", False),
        ("01:4", False),
        (None, False),
        ("01:2", False),
    ]


async def test_a_correction_that_resolves_undoes(notifications: Notifications) -> None:
    await notifications.cross("01003", "over")
    await notifications.cross("01003", "on-quota", cause="correction")
    back, undone = await notifications.coordination.items(ALERTS)
    assert (undone["resolved_by"], undone["undone_by_correction"]) == ("01:2", True)
    assert (back["state"], back["undone_by_correction"]) == ("resolved", False)


async def test_a_hole_is_filled_from_the_feed(notifications: Notifications) -> None:
    for number in range(5):
        notifications.crossings.cross(f"0100{number}", "over")
    events = notifications.crossings.events()
    await notifications.owner().take([events[0], events[4]])
    assert len(await alerts(notifications)) == 5


async def test_a_hole_holds_the_land_until_the_feed_answers(notifications: Notifications) -> None:
    for number in range(3):
        notifications.crossings.cross(f"0100{number}", "over")
    events, owner = notifications.crossings.events(), notifications.owner()
    notifications.crossings.is_down = True
    await owner.take([events[0], events[2]])
    assert await alerts(notifications) == [("01:1", "open")]
    notifications.crossings.is_down = False
    await owner.settle()
    assert len(await alerts(notifications)) == 3


async def test_what_kafka_never_brought_is_asked_from_quota(
    database: OwnDatabase, issuer: IssuerInTest, kafka: KafkaBroker, topic_prefix: str
) -> None:
    crossings = CrossingsInTest()
    for number in range(5):
        crossings.cross(f"0100{number}", "over")
    async with running_feed(crossings) as feed:
        feed.answers += [503]
        settings = {
            "kafka_bootstrap": kafka.bootstrap,
            "topic_prefix": topic_prefix,
            "quota_url": feed.address,
            "token_url": f"{feed.address}/token",
            "service_client_secret": SecretStr(SECRET),
        }
        async with running_notifications(database, issuer, **settings) as notifications:
            brought = [crossings.documents[0], crossings.documents[4]]
            await announce(kafka.bootstrap, topic_prefix, crossings.records(brought))

            async def all_five() -> bool:
                return len(await alerts(notifications)) == 5

            await eventually(all_five, within=20, because="the hole is filled")
    assert feed.asked[:2] == ["after=1&limit=1000"] * 2


async def test_a_false_repeat_is_buried_and_changes_nothing(notifications: Notifications) -> None:
    await notifications.cross("01003", "over")
    false = event_from(notifications.crossings.documents[0] | {"unit": "01002"})
    owner = notifications.owner()
    await owner.take([notifications.crossings.event(1), false])
    await owner.take([notifications.crossings.cross("01001", "over")])
    assert [one["unit"] for one in await notifications.coordination.items(ALERTS)] == [
        "01001",
        "01003",
    ]


async def test_what_was_applied_but_is_not_in_the_feed_holds_the_land(
    notifications: Notifications,
) -> None:
    forged = CrossingsInTest()
    await notifications.owner().take([forged.cross("01002", "under")])
    notifications.crossings.cross("01003", "over")
    with pytest.raises(LandHeld):
        await notifications.owner().take(notifications.crossings.events())
    with pytest.raises(LandHeld):
        await notifications.owner().take([notifications.crossings.cross("01001", "over")])
    assert await alerts(notifications) == [(f"{LAND}:1", "open")]


async def test_a_zombie_owner_changes_nothing(notifications: Notifications) -> None:
    for number in range(20):
        notifications.crossings.cross(f"010{number:02}", "over")
    first, zombie, events = (
        notifications.owner(),
        notifications.owner(),
        notifications.crossings.events(),
    )
    await zombie.take(events[:5])
    await first.take(events[:12])
    await zombie.take(events[5:])
    await first.take(events)
    assert len(await alerts(notifications, limit=500)) == 20
