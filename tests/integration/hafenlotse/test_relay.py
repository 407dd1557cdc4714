"""The relay's state is shown, and a topic is published again from number 1."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import pytest

from access.kafka import KafkaPlace
from embedded.kafka import KafkaBroker
from services.admissions.handlers.ledger import LedgerSource
from shared.codes import Land
from shared.relay import Place, Relay
from shared.topics import PLACEMENTS
from tests.eventually import eventually
from tests.integration.hafenlotse.conftest import House
from tests.integration.shared.topics import read_topic

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def publishing(house: House, broker: KafkaBroker, prefix: str) -> AsyncIterator[Relay]:
    """The relay of admissions at work."""
    url, password = house.own.url("admissions"), house.own.passwords["admissions"]
    bell = house.bell("admissions")
    place = Place(url, password, KafkaPlace(broker.bootstrap), prefix)
    relay = Relay(LedgerSource(), prefix + PLACEMENTS, house.pools["admissions"], bell, place)
    jobs = [asyncio.create_task(relay.run()), asyncio.create_task(bell.run())]
    try:
        yield relay
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.wait(jobs)


async def numbers(broker: KafkaBroker, prefix: str) -> list[int]:
    """The entries on the topic in its order; heads have no place in it."""
    records = await read_topic(broker.bootstrap, prefix + PLACEMENTS)
    events = [orjson.loads(record.value or b"") for record in records]
    return [int(one["sequence"]) for one in events if one["type"] != "ledger.head.v1"]


async def test_a_topic_is_published_again_from_number_1(
    house: House, kafka: KafkaBroker, topic_prefix: str
) -> None:
    async with publishing(house, kafka, topic_prefix) as relay:

        async def are_published(*expected: int) -> bool:
            return await numbers(kafka, topic_prefix) == list(expected)

        once = (1, 2, 3, 4, 5)
        await eventually(lambda: are_published(*once), within=15, because="all is published")
        leader = (await house.run("relay", "--json")).document["topics"][0]["leader"]
        rebuilt = await house.ask("rebuild-topic", PLACEMENTS, "--land", "01", "--yes")
        assert rebuilt["lands"] == {"01": 5}
        await eventually(lambda: are_published(*once, *once), within=15, because="and again")
        await eventually(lambda: relay.leads, within=5, because="it leads again")
    shown = (await house.run("relay", "--json")).document["topics"][0]
    assert shown["lands"] == [{"land": "01", "published": 5, "head": 5, "lag": 0}]
    assert leader["client"] == "127.0.0.1"


async def test_that_nobody_leads_is_a_finding(house: House) -> None:
    said = await house.run("relay", "--json")
    assert said.exit_code == 1
    assert [topic["leader"] for topic in said.document["topics"]] == [None, None]
    assert [topic["lands"][0]["lag"] for topic in said.document["topics"]] == [5, 20]


async def test_more_on_the_topic_than_in_the_ledger_is_a_finding(house: House) -> None:
    await house.tamper(
        "admissions", "INSERT INTO relay_positions VALUES ('01', 6, 'digest', 'cluster', 5)"
    )
    said = await house.run("relay")
    assert said.exit_code == 1
    assert "-1" in said.out


async def test_a_rebuild_is_done_only_when_it_is_confirmed(house: House) -> None:
    said = await house.run("rebuild-topic", PLACEMENTS)
    assert said.exit_code == 2
    assert "--yes" in said.error


async def test_what_was_never_published_is_not_published_again(house: House) -> None:
    rebuilt = await house.ask("rebuild-topic", PLACEMENTS, "--land", Land("02"), "--yes")
    assert rebuilt["lands"] == {}
