"""Webhooks are signed, never change, and go to public addresses only."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import orjson
import pytest
import pytest_asyncio
from standardwebhooks import Webhook

from embedded.ports import pick_port
from services.notifications.delivery.webhook import Resolve, WebhookChannel
from services.notifications.domain.alert import AlertState
from services.notifications.domain.delivery import ACCEPTED, Outcome, Verdict
from services.notifications.domain.documents import to_document
from services.notifications.domain.target import IPAddress
from tests.integration.notifications.notices import SEAL, SECRET, a_notice, a_parcel
from tests.integration.notifications.receivers import (
    CUT,
    ENDLESS,
    HANG,
    Receiver,
    running_receiver,
)
from tests.unit.notifications.builders import an_alert
from tests.unit.notifications.test_target import INSIDE, MALFORMED

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as receiver:
        yield receiver


@asynccontextmanager
async def channel_allowing(origin: str | None) -> AsyncIterator[WebhookChannel]:
    channel = WebhookChannel(SEAL, origin)
    yield channel
    await channel.close()


async def outcome_of(receiver: Receiver, tries: int = 1) -> Outcome:
    """What the channel says after one try at the receiver."""
    async with channel_allowing(receiver.origin) as channel:
        return await channel.send(a_parcel(tries=tries, address=f"{receiver.origin}/hook?x=1"))


async def test_what_is_sent_is_what_standard_webhooks_says(receiver: Receiver) -> None:
    async with channel_allowing(receiver.origin) as channel:
        content = channel.write(a_notice())
        parcel = replace(
            a_parcel(content, address=f"{receiver.origin}/hook?x=1"), at=datetime.now(UTC)
        )
        assert await channel.send(parcel) == ACCEPTED
    [call] = receiver.calls
    assert call.body == content
    assert call.is_signed_with(SECRET)
    assert Webhook(SECRET).verify(call.body, call.headers) == orjson.loads(content)
    assert call.path == "/hook?x=1"
    assert call.headers["webhook-id"] == str(parcel.delivery)
    assert call.headers["webhook-timestamp"] == str(int(parcel.at.timestamp()))
    assert call.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert call.headers["content-type"] == "application/json"


async def test_umlauts_are_signed_as_the_bytes_that_are_sent(receiver: Receiver) -> None:
    content = '{"name": "Lübeck – ß"}'.encode()
    async with channel_allowing(receiver.origin) as channel:
        await channel.send(a_parcel(content, address=receiver.origin))
    assert receiver.calls[0].is_signed_with(SECRET)


async def test_the_body_carries_the_alert_as_it_was_raised() -> None:
    alert = an_alert()
    later = replace(alert, state=AlertState.RESOLVED, resolved_by=43)
    async with channel_allowing(None) as channel:
        content = channel.write(a_notice(alert))
        assert channel.write(a_notice(later)) == content
    assert orjson.loads(content) == {
        "type": "alert.raised.v1",
        "timestamp": "2026-11-02T09:00:00.000000Z",
        "data": {"alerts": [to_document(alert)]},
    }


async def test_a_test_is_of_a_type_of_its_own() -> None:
    async with channel_allowing(None) as channel:
        body = orjson.loads(channel.write(replace(a_notice(), alerts=())))
    assert (body["type"], body["data"]) == ("alert.test.v1", {"alerts": []})


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_any_2xx_accepts(receiver: Receiver, status: int) -> None:
    receiver.answers.append(status)
    assert await outcome_of(receiver) == ACCEPTED


@pytest.mark.parametrize("status", [400, 401, 404, 408, 429, 500, 503])
async def test_other_answers_are_tried_again(receiver: Receiver, status: int) -> None:
    receiver.answers.append(status)
    assert await outcome_of(receiver) == Outcome(Verdict.RETRY, f"http-{status}")


async def test_410_is_given_up_at_once(receiver: Receiver) -> None:
    receiver.answers.append(410)
    assert await outcome_of(receiver) == Outcome(Verdict.REFUSED, "http-410")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_failure_and_never_followed(receiver: Receiver, status: int) -> None:
    place = f"Location: {receiver.origin}/elsewhere"
    answer = f"HTTP/1.1 {status} Moved\r\n{place}\r\nContent-Length: 0\r\n\r\n"
    receiver.answers.append(answer.encode())
    assert await outcome_of(receiver) == Outcome(Verdict.RETRY, f"redirected-{status}")
    assert len(receiver.calls) == 1


async def test_a_cut_connection_is_tried_again(receiver: Receiver) -> None:
    receiver.answers.append(CUT)
    assert await outcome_of(receiver) == Outcome(Verdict.RETRY, "no-http-answer")


async def test_what_is_no_http_is_tried_again(receiver: Receiver) -> None:
    receiver.answers.append(b"220 mail.example ESMTP secret words\r\n")
    assert await outcome_of(receiver) == Outcome(Verdict.RETRY, "no-http-answer")


async def test_who_hangs_is_left_after_three_seconds(receiver: Receiver) -> None:
    receiver.answers.append(HANG)
    began = time.monotonic()
    assert await outcome_of(receiver) == Outcome(Verdict.RETRY, "timed-out")
    assert time.monotonic() - began < 4


async def test_an_endless_answer_is_not_read(receiver: Receiver) -> None:
    receiver.answers.append(ENDLESS)
    assert await outcome_of(receiver) == ACCEPTED


async def test_nobody_listening_is_tried_again() -> None:
    origin = f"http://127.0.0.1:{pick_port()}"
    async with channel_allowing(origin) as channel:
        outcome = await channel.send(a_parcel(address=origin))
    assert outcome == Outcome(Verdict.RETRY, "not-reachable")


async def test_a_name_without_address_is_tried_again() -> None:
    async with channel_allowing(None) as channel:
        outcome = await channel.send(a_parcel(address="https://no-such-host.invalid/"))
    assert outcome.verdict is Verdict.RETRY
    assert outcome.code in {"name-unknown", "timed-out"}


async def test_tls_that_does_not_begin_is_tried_again(receiver: Receiver) -> None:
    origin = receiver.origin.replace("http:", "https:")
    async with channel_allowing(origin) as channel:
        outcome = await channel.send(a_parcel(address=origin))
    assert outcome == Outcome(Verdict.RETRY, "timed-out")
    assert receiver.calls == []


async def test_what_is_no_tls_is_a_failure_of_tls() -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as listening:
        origin = f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        async with channel_allowing(origin) as channel:
            outcome = await channel.send(a_parcel(address=origin))
    assert outcome == Outcome(Verdict.RETRY, "tls-failed")


def names(answers: list[list[str]]) -> Resolve:
    """A resolver that gives these answers, each once."""

    async def resolve(_name: str) -> list[IPAddress]:
        return [ip_address(one) for one in answers.pop(0)]

    return resolve


async def test_a_name_is_asked_once_and_its_address_is_called(receiver: Receiver) -> None:
    origin = f"http://hooks.example:{receiver.port}"
    channel = WebhookChannel(SEAL, origin, names([["127.0.0.1"]]))
    assert await channel.send(a_parcel(address=f"{origin}/hook")) == ACCEPTED
    assert receiver.calls[0].headers["host"] == f"hooks.example:{receiver.port}"
    await channel.close()


async def test_the_next_address_of_a_name_is_called_where_the_first_is_closed(
    receiver: Receiver,
) -> None:
    origin = f"http://hooks.example:{receiver.port}"
    channel = WebhookChannel(SEAL, origin, names([["127.0.0.9", "127.0.0.1"]]))
    assert await channel.send(a_parcel(address=origin)) == ACCEPTED
    await channel.close()


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::1"], ["64:ff9b::7f00:1"], ["169.254.169.254"]],
)
async def test_a_name_that_leads_inside_at_this_moment_is_refused(
    receiver: Receiver, addresses: list[str]
) -> None:
    channel = WebhookChannel(SEAL, receiver.origin, names([addresses]))
    outcome = await channel.send(a_parcel(address=f"http://hooks.example:{receiver.port}/"))
    assert outcome == Outcome(Verdict.REFUSED, "address-inside")
    assert receiver.connections == 0
    await channel.close()


@pytest.mark.parametrize("address", INSIDE)
async def test_what_leads_inside_is_refused_without_a_connection(address: str) -> None:
    async with channel_allowing("http://127.0.0.1:1") as channel:
        outcome = await asyncio.wait_for(channel.send(a_parcel(address=address)), 1)
    assert outcome == Outcome(Verdict.REFUSED, "address-inside")


@pytest.mark.parametrize("address", MALFORMED)
async def test_what_is_malformed_is_refused_without_a_connection(address: str) -> None:
    async with channel_allowing(None) as channel:
        outcome = await asyncio.wait_for(channel.send(a_parcel(address=address)), 1)
    assert outcome == Outcome(Verdict.REFUSED, "address-malformed")


async def test_another_port_of_the_allowed_host_is_inside(receiver: Receiver) -> None:
    async with channel_allowing(f"http://127.0.0.1:{pick_port()}") as channel:
        outcome = await channel.send(a_parcel(address=receiver.origin))
    assert outcome == Outcome(Verdict.REFUSED, "address-inside")
    assert receiver.connections == 0


async def test_proxies_of_the_environment_are_not_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{pick_port()}")
    assert await outcome_of(receiver) == ACCEPTED


@dataclass
class Connections:
    """Where this process connects to, while somebody looks."""

    looking: bool = False
    made: list[Any] = field(default_factory=list)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.looking and event == "socket.connect":
            self.made.append(arguments[1])


CONNECTIONS = Connections()
sys.addaudithook(CONNECTIONS)
BY_NAME = (
    *("127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "192.168.0.1", "240.0.0.1"),
    *("::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "fe80::1", "fd00::1", "2002:7f00:1::"),
)


@pytest.mark.promise(28)
async def test_webhooks_reach_nothing_inside(receiver: Receiver) -> None:
    hidden = [[address] for address in BY_NAME] + [["8.8.8.8", one] for one in BY_NAME]
    hooks = f"http://hooks.example:{receiver.port}/"
    channels = [
        *((WebhookChannel(SEAL, "http://127.0.0.1:1"), target) for target in INSIDE),
        *((WebhookChannel(SEAL, None, names([one])), hooks) for one in hidden),
    ]
    assert len(channels) >= 60
    CONNECTIONS.made.clear()
    CONNECTIONS.looking = True
    try:
        for channel, target in channels:
            outcome = await channel.send(a_parcel(address=target))
            assert outcome == Outcome(Verdict.REFUSED, "address-inside"), target
    finally:
        CONNECTIONS.looking = False
    assert CONNECTIONS.made == []
    await test_a_redirect_is_a_failure_and_never_followed(receiver, 307)
    for channel, _ in channels:
        await channel.close()
