"""The stream of alerts as its readers see it: through the proxy, at once, and where they left."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.end_to_end.alerts import ALERTS, alert_in_state, alert_of
from tests.end_to_end.placements import withdraw
from tests.end_to_end.problems import problem
from tests.end_to_end.quotas import eventually_some, put_over
from tests.end_to_end.system import Json, System
from tests.event_streams import Reader, reading

pytestmark = pytest.mark.asyncio(loop_scope="session")

STREAM = f"{ALERTS}/stream"


@asynccontextmanager
async def a_reader(
    system: System, after: str | None = None, token: str | None = None
) -> AsyncIterator[Reader]:
    given = token or await system.token("coordination")
    headers = {"Authorization": f"Bearer {given}"} | ({"Last-Event-ID": after} if after else {})
    async with reading(system.http, system.access["address"] + STREAM, headers) as reader:
        yield reader


async def told(reader: Reader, event: str, alert: Json) -> Json:
    """The event about the alert, once it has come."""

    def found() -> Json | None:
        about = (one for one in reader.events if one["alert"]["id"] == alert["id"])
        return next((one for one in about if one["event"] == event), None)

    come: Json = await eventually_some(found, f"{event} of {alert['crossing']} is told")
    return come


async def test_what_becomes_of_an_alert_is_told_as_it_happens(system: System) -> None:
    async with a_reader(system) as reader:
        placement, crossing = await put_over(system, "sh-alliance")
        alert = await alert_of(system, crossing)
        raised = await told(reader, "alert.raised", alert)
        assert raised["alert"] == alert
        answer = await system.coordination.post(f"{ALERTS}/{alert['id']}/acknowledgement", {})
        taken = await told(reader, "alert.acknowledged", alert)
        assert taken["alert"] == answer.json()
        await withdraw(system.city(alert["unit"]), placement)
        ended = await told(reader, "alert.resolved", alert)
        assert ended["alert"] == await alert_in_state(system, alert, "resolved")
        assert reader.numbers == sorted(set(reader.numbers))


async def test_a_reader_that_comes_again_misses_nothing_and_hears_nothing_twice(
    system: System,
) -> None:
    async with a_reader(system) as reader:
        _, first = await put_over(system, "sh-alliance")
        alert = await alert_of(system, first)
        last = (await told(reader, "alert.raised", alert))["id"]
    _, second = await put_over(system, "sh-regular")
    later = await alert_of(system, second)
    async with a_reader(system, after=last) as again:
        assert (await told(again, "alert.raised", later))["alert"] == later
        assert min(again.numbers) > int(last)


@pytest.mark.parametrize("number", ["0", "x", "999999999999999"])
async def test_an_unknown_number_is_refused(system: System, number: str) -> None:
    answer = await system.coordination.ask("GET", STREAM, headers={"Last-Event-ID": number})
    problem(answer, 422, "invalid")


async def test_a_stream_ends_when_its_token_does(system: System) -> None:
    token = await system.new_token("coordination", expires_in="3")
    async with a_reader(system, token=token) as reader:
        begun = time.monotonic()
        await eventually_some(lambda: reader.has_ended, "the token has ended")
        assert time.monotonic() - begun < 5


@pytest.mark.parametrize("client", ["auditor", "operator", "city-01001", "service"])
async def test_a_stream_is_for_the_coordination_only(system: System, client: str) -> None:
    problem(await system.caller(client).get(STREAM), 403, "role")


@pytest.mark.long
async def test_a_quiet_stream_says_every_15_seconds_that_it_lives(system: System) -> None:
    async with a_reader(system) as reader:
        first = len(reader.comments)
        await eventually_some(lambda: len(reader.comments) > first + 2, "comments come", 47)
        assert reader.events == []
