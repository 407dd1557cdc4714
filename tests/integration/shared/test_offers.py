"""What was just committed is offered to the relay, which need not read it back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count

import pytest
import pytest_asyncio

from embedded.kafka import KafkaBroker
from shared.codes import Land
from shared.relay import Outgoing
from tests.eventually import eventually
from tests.integration.servers import OwnDatabase
from tests.integration.shared.ledgers import Rows, add
from tests.integration.shared.relaying import Relaying, relays

pytestmark = pytest.mark.asyncio
NEVER = 3600.0


@pytest_asyncio.fixture
async def unpolled(
    database: OwnDatabase, kafka: KafkaBroker, topic_prefix: str
) -> AsyncIterator[Relaying]:
    """Relays that find nothing by looking for it now and then."""
    async with relays(database, kafka.bootstrap, topic_prefix) as relaying:
        relaying.place = replace(relaying.place, poll_seconds=NEVER, remember_seconds=NEVER)
        yield relaying


def offered(*numbers: int) -> list[Outgoing]:
    """Rows of a Land as whoever committed them offers them."""
    return [Outgoing(Land("01"), number, Rows().value(Land("01"), number)) for number in numbers]


async def test_what_is_offered_goes_out_without_being_read(unpolled: Relaying) -> None:
    await add(unpolled.database, "01", 1)
    relay = await unpolled.start(is_deaf=True)
    await eventually(lambda: unpolled.has(land_01=1), within=10, because="it leads")
    relay.offer(offered(2, 3))  # they are in no table
    await eventually(lambda: unpolled.has(land_01=3), within=5, because="they are sent")
    relay.offer(offered(3, 4))
    await eventually(lambda: unpolled.has(land_01=4), within=5, because="one is new")
    assert (await unpolled.published())["01"] == [1, 2, 3, 4]


async def test_what_is_missing_before_an_offered_row_is_read(unpolled: Relaying) -> None:
    await add(unpolled.database, "01", 1)
    relay = await unpolled.start(is_deaf=True)
    await eventually(lambda: unpolled.has(land_01=1), within=10, because="it leads")
    await add(unpolled.database, "01", 3)
    relay.offer(offered(2, 4))
    await eventually(lambda: unpolled.has(land_01=4), within=5, because="all are sent")
    assert (await unpolled.published())["01"] == [1, 2, 3, 4]


async def test_where_another_leads_or_too_much_waits_a_row_is_read(unpolled: Relaying) -> None:
    relays = [await unpolled.start() for _ in range(2)]
    await eventually(lambda: any(one.leads for one in relays), within=10, because="one leads")
    [follower] = [one for one in relays if not one.leads]
    [leader] = [one for one in relays if one.leads]
    await add(unpolled.database, "01", 1)
    follower.offer(offered(1))
    await eventually(lambda: unpolled.has(land_01=1), within=5, because="the leader hears it")
    leader.place = replace(leader.place, most_offered=0)
    await add(unpolled.database, "01", 1)
    leader.offer(offered(2))
    await eventually(lambda: unpolled.has(land_01=2), within=5, because="it is read")
    assert (await unpolled.published())["01"] == [1, 2]


async def test_offers_without_end_hide_no_ring(unpolled: Relaying) -> None:
    """What others commit is read, though there is always something offered."""
    await add(unpolled.database, "01", 1)
    relay = await unpolled.start(is_deaf=True)
    await eventually(lambda: unpolled.has(land_01=1), within=10, because="it leads")
    numbers, loop = count(2), asyncio.get_running_loop()
    is_over = asyncio.Event()

    def offer_on() -> None:
        if not is_over.is_set():
            relay.offer(offered(next(numbers)))
            loop.call_later(0.0002, offer_on)

    async def is_busy() -> bool:
        return relay.published[Land("01")].sequence > 50

    offer_on()
    await eventually(is_busy, within=5, because="offers go out")
    await add(unpolled.database, "02", 1)
    relay.bell.ring()
    await eventually(lambda: unpolled.has(land_02=1), within=5, because="it rang")
    is_over.set()
