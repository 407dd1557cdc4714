"""Deliveries over HTTP, and the whole way from the topic to mailbox, webhook and log."""

import logging
import random
from collections import defaultdict
from typing import Any

import orjson
import pytest

from embedded.kafka import KafkaBroker
from shared.postgres import transaction
from tests.eventually import eventually
from tests.integration.notifications.mailserver import DROP, running_mailserver
from tests.integration.notifications.receivers import running_receiver
from tests.integration.notifications.service import (
    ALERTS,
    DELIVERIES,
    Caller,
    Json,
    Notifications,
    announce,
    running_notifications,
)
from tests.integration.servers import OwnDatabase
from tests.integration.shared.issuers import IssuerInTest
from tests.sizes import sized

pytestmark = pytest.mark.asyncio
ACCEPTED_MAILS = """
    SELECT count(*) FROM deliveries WHERE channel = 'email' AND state = 'accepted'
"""
FIELDS = {"id", "alerts", "recipient", "channel", "state", "attempts", "next_try"}


async def delivered(caller: Caller, channel: str, state: str = "accepted") -> Json:
    """The newest delivery over a channel, once it is in that state."""

    async def reached() -> Json | None:
        listed = await caller.items(DELIVERIES)
        found = [one for one in listed if (one["channel"], one["state"]) == (channel, state)]
        return found[0] if found else None

    return await eventually(reached, within=20, because=f"{channel} is {state}")


async def test_an_alert_reaches_mailbox_webhook_and_log(
    database: OwnDatabase,
    issuer: IssuerInTest,
    kafka: KafkaBroker,
    topic_prefix: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    async with running_mailserver() as mailserver, running_receiver() as receiver:
        settings: Json = {
            "kafka_bootstrap": kafka.bootstrap,
            "topic_prefix": topic_prefix,
            "smtp_port": mailserver.port,
            "webhook_allowed": receiver.origin,
        }
        async with running_notifications(database, issuer, **settings) as notifications:
            caller = notifications.coordination
            made = await caller.made(channel="webhook", address=f"{receiver.origin}/hook")
            notifications.crossings.cross("01003", "over")
            await announce(kafka.bootstrap, topic_prefix, notifications.crossings.records())
            for channel in ("email", "webhook", "log"):
                delivery = await delivered(caller, channel)
                assert set(delivery) == FIELDS
                assert [one["outcome"] for one in delivery["attempts"]] == ["accepted"]
            [alert] = await caller.items(ALERTS)
    [call] = receiver.calls
    assert call.alerts == [alert]
    assert call.is_signed_with(made.json()["secret"])
    [mail] = mailserver.mails
    assert mail["To"] == "koordinierung@flensburg.example"
    assert alert["id"] in mail.get_content()
    assert any(f"{alert['crossing']}: Lübeck" in line for line in caplog.messages)


async def test_what_is_no_crossing_is_buried_and_the_line_goes_on(
    database: OwnDatabase, issuer: IssuerInTest, kafka: KafkaBroker, topic_prefix: str
) -> None:
    settings = {"kafka_bootstrap": kafka.bootstrap, "topic_prefix": topic_prefix}
    async with running_notifications(database, issuer, **settings) as notifications:
        crossings = notifications.crossings
        crossings.cross("01003", "over")
        [true] = crossings.records()
        poison = [None, b"", b"{", b"\xff", b"[]", *map(orjson.dumps, spoilt(orjson.loads(true)))]
        other = orjson.dumps(orjson.loads(true) | {"type": "quota.closed.v1"})
        await announce(kafka.bootstrap, topic_prefix, [*poison, other, true])
        [alert] = await eventually(
            lambda: notifications.coordination.items(ALERTS), within=20, because="the true one"
        )
        assert alert["crossing"] == "01:1"

        async def buried() -> bool:
            async with notifications.database.acquire() as tx:
                count = await tx.fetchval("SELECT count(*) FROM dead_letters")
            return bool(count == len(poison))

        await eventually(buried, within=10, because="each is kept as a dead letter")


def spoilt(event: Json) -> list[Json]:
    """Events that can't be crossings, each wrong in one place."""
    changes: list[dict[str, Any]] = [
        {"after": "on-quota"},
        {"after": "above"},
        {"unit": "02000"},
        {"unit": "0100x"},
        {"unit": "01\0"},
        {"quota": "a b"},
        {"quota": ""},
        {"cause": "weather"},
        {"sequence": 0},
        {"sequence": "1"},
        {"land": "1"},
        {"ledger_sequence": 2**63},
        {"definition": -1},
        {"balance": {"exact": "1/0", "decimal": "1.000"}},
        {"balance": {"exact": "1.5", "decimal": "1.500"}},
        {"balance": {"exact": "1", "decimal": "1"}},
        {"balance": {"exact": "1" * 401, "decimal": "1.000"}},
        {"target": 7},
    ]
    return [event | {"data": event["data"] | change} for change in changes]


@pytest.mark.promise(20)
async def test_a_mail_server_that_drops_gets_the_same_mail_again(
    database: OwnDatabase, issuer: IssuerInTest
) -> None:
    async with running_mailserver() as mailserver:
        mailserver.answers += [DROP, "451 later", "250 kept"]
        settings = {"smtp_port": mailserver.port, "retry_stretch": 0.01}
        async with running_notifications(database, issuer, **settings) as notifications:
            await notifications.cross()
            delivery = await delivered(notifications.coordination, "email")
    outcomes = [one["outcome"] for one in delivery["attempts"]]
    assert outcomes == ["connection-lost", "smtp-451", "accepted"]
    first, second = mailserver.mails
    assert first.as_bytes() == second.as_bytes()


@pytest.mark.promise(20)
@pytest.mark.timeout(sized(60, 900))
async def test_no_mail_is_missing_though_one_in_ten_is_cut_after_it_was_taken(
    database: OwnDatabase, issuer: IssuerInTest
) -> None:
    chance, count = random.Random(20), sized(40, 1000)
    async with running_mailserver() as mailserver:
        kinds = [DROP, "451 greylisted", "250 kept"]
        mailserver.answers += chance.choices(kinds, [10, 5, 85], k=2 * count)
        settings = {"smtp_port": mailserver.port, "retry_stretch": 0.01}
        async with running_notifications(database, issuer, **settings) as notifications:
            for number in range(count):
                after = ("over", "on-quota")[number // 100 % 2]
                notifications.crossings.cross(f"010{number % 100:02}", after)
            await notifications.owner().take(notifications.crossings.events())

            async def all_accepted() -> bool:
                async with transaction(notifications.database) as tx:
                    return bool(await tx.fetchval(ACCEPTED_MAILS) == count)

            await eventually(all_accepted, within=sized(20, 600), because="all are accepted")
    contents: dict[str, set[bytes]] = defaultdict(set)
    for mail in mailserver.mails:
        contents[mail["Message-ID"]].add(mail.as_bytes())
    assert len(contents) == count < len(mailserver.mails)
    assert {len(different) for different in contents.values()} == {1}


async def test_a_changed_recipients_next_try_goes_to_the_new_address(
    database: OwnDatabase, issuer: IssuerInTest
) -> None:
    async with running_receiver() as receiver:
        receiver.answers += [500]
        settings = {"webhook_allowed": receiver.origin}
        async with running_notifications(database, issuer, **settings) as notifications:
            caller = notifications.coordination
            wish = {"channel": "webhook", "address": f"{receiver.origin}/old"}
            made = await caller.made(**wish)
            await notifications.cross()
            await eventually(lambda: receiver.calls, within=5, because="the old one is tried")
            body = made.json() | {"address": f"{receiver.origin}/new"}
            del body["id"], body["secret"]
            path, tag = made.headers["Location"], made.headers["ETag"]
            assert (await caller.put(path, body, If_Match=tag)).status_code == 200
            await delivered(caller, "webhook")
    old, new = receiver.calls
    assert (old.path, new.path) == ("/old", "/new")
    assert (old.body, old.headers["webhook-id"]) == (new.body, new.headers["webhook-id"])


async def test_deleting_gives_up_what_is_pending(
    database: OwnDatabase, issuer: IssuerInTest
) -> None:
    async with running_receiver() as receiver:
        receiver.answers += [500] * 20
        settings = {"webhook_allowed": receiver.origin}
        async with running_notifications(database, issuer, **settings) as notifications:
            caller = notifications.coordination
            made = await caller.made(channel="webhook", address=receiver.origin)
            await notifications.cross()
            await eventually(lambda: receiver.calls, within=5, because="it is tried")
            path, tag = made.headers["Location"], made.headers["ETag"]
            assert (await caller.delete(path, If_Match=tag)).status_code == 204
            delivery = await delivered(caller, "webhook", "given-up")
    assert delivery["next_try"] is None
    assert "recipient-deleted" in [one["outcome"] for one in delivery["attempts"]]


async def test_outcomes_never_quote_the_receiver(
    database: OwnDatabase, issuer: IssuerInTest
) -> None:
    async with running_receiver() as receiver, running_mailserver() as mailserver:
        receiver.answers += [500] * 9
        mailserver.answers += ["451 secret words"] * 9
        settings = {"webhook_allowed": receiver.origin, "smtp_port": mailserver.port}
        async with running_notifications(database, issuer, **settings) as notifications:
            caller = notifications.coordination
            await caller.made(channel="webhook", address=receiver.origin)
            await notifications.cross()
            await eventually(lambda: receiver.calls, within=5, because="it is tried")

            async def tried() -> bool:
                return all(one["attempts"] for one in await caller.items(DELIVERIES))

            await eventually(tried, within=10, because="every attempt is on record")
            assert "secret" not in str(await caller.items(DELIVERIES)).lower()


async def test_an_operator_is_shown_no_alerts_and_no_addresses(
    notifications: Notifications,
) -> None:
    await notifications.cross()
    [first, *_] = await notifications.operator.items(DELIVERIES)
    assert set(first) == FIELDS - {"alerts"}
    one = await notifications.operator.seen(f"{DELIVERIES}/{first['id']}")
    assert set(one) == FIELDS - {"alerts"}
    assert "flensburg" not in str(await notifications.operator.items(DELIVERIES))


async def test_others_are_not_shown_deliveries(notifications: Notifications) -> None:
    for role in ("city", "auditor", "service"):
        assert (await notifications.caller(role, role).get(DELIVERIES)).status_code == 403


async def test_a_foreign_lands_deliveries_are_not_there(notifications: Notifications) -> None:
    await notifications.cross()
    [first, *_] = await notifications.coordination.items(DELIVERIES)
    foreign = notifications.caller("hamburg", "coordination", lands=("02",))
    assert await foreign.items(DELIVERIES) == []
    assert (await foreign.get(f"{DELIVERIES}/{first['id']}")).status_code == 404
    assert (await foreign.post(f"{DELIVERIES}/{first['id']}/retry", {})).status_code == 404


async def test_deliveries_are_listed_newest_first_page_by_page(
    notifications: Notifications,
) -> None:
    for unit in ("01001", "01002", "01003"):
        await notifications.cross(unit)
    whole = await notifications.coordination.items(DELIVERIES)
    page = await notifications.coordination.seen(DELIVERIES, limit=4)
    rest = await notifications.coordination.seen(DELIVERIES, limit=4, cursor=page["next"])
    listed = [one["id"] for one in page["items"] + rest["items"]]
    assert listed == [one["id"] for one in whole]
    assert rest["next"] is None


async def test_a_retry_is_accepted_and_keeps_the_id(notifications: Notifications) -> None:
    await notifications.cross()
    delivery = await delivered(notifications.coordination, "log")
    path = f"{DELIVERIES}/{delivery['id']}/retry"
    answer = await notifications.operator.post(path, {})
    assert (answer.status_code, answer.json()["id"]) == (202, delivery["id"])
    assert answer.json()["state"] == "pending"

    async def sent_again() -> bool:
        again = await notifications.coordination.seen(f"{DELIVERIES}/{delivery['id']}")
        return len(again["attempts"]) == 2

    await eventually(sent_again, within=5, because="it is sent once more")
