"""The stream of alerts: each change once and in order, whoever is killed, slow, late or many."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from access.reach import EVERYWHERE
from services.notifications.handlers.old_changes import forget_old_changes
from shared.codes import Land
from shared.http.guarded import SAFE
from shared.postgres import Database
from tests.eventually import eventually
from tests.integration.notifications.crossings import CrossingsInTest
from tests.integration.notifications.service import ALERTS
from tests.integration.notifications.streams import (
    Station,
    an_owner,
    lazy_reader,
    running_station,
)
from tests.integration.servers import OwnDatabase
from tests.integration.shared.issuers import IssuerInTest

pytestmark = pytest.mark.asyncio


@dataclass
class World:
    """A station, its database, and crossings of Schleswig-Holstein."""

    own: OwnDatabase
    database: Database
    issuer: IssuerInTest
    folder: Path
    station: Station
    crossings: CrossingsInTest

    async def cross(self, *moves: tuple[str, str], **changes: Any) -> None:
        """So many crossings at once, each a unit and where it then stands."""
        events = [self.crossings.cross(unit, after, **changes) for unit, after in moves]
        await an_owner(self.database, self.crossings).take(events)

    async def alerts(self) -> list[dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.station.token}"}
        answer = await self.station.client.get(ALERTS, headers=headers)
        return list(answer.json()["items"])

    def station_again(self, **environment: str) -> Any:
        return running_station(self.own, self.issuer, self.folder, **environment)


@pytest_asyncio.fixture
async def world(
    database: OwnDatabase, issuer: IssuerInTest, tmp_path: Path
) -> AsyncIterator[World]:
    async with (
        running_station(database, issuer, tmp_path) as station,
        database.pool("notifications", reach=EVERYWHERE) as pool,
    ):
        yield World(database, pool, issuer, tmp_path, station, CrossingsInTest())


async def test_each_change_is_told_in_order_as_the_alert_then_stood(world: World) -> None:
    async with world.station.reader() as reader:
        assert reader.answer.headers["content-type"].startswith("text/event-stream")
        assert {name: reader.answer.headers.get(name) for name in SAFE} == SAFE
        await world.cross(("01003", "over"), ("01003", "on-quota"), ("01001", "under"))
        await reader.reads(4)
        [first, *_] = await world.alerts()
        await world.station.acknowledge(first["id"])
        await reader.reads(5)
        await world.cross(("01001", "over"))
        await reader.reads(7)
        assert reader.told == [
            ("alert.raised", "01:1", "open"),
            ("alert.resolved", "01:1", "resolved"),
            ("alert.raised", "01:2", "resolved"),
            ("alert.raised", "01:3", "open"),
            ("alert.acknowledged", "01:3", "acknowledged"),
            ("alert.resolved", "01:3", "resolved"),
            ("alert.raised", "01:4", "open"),
        ]
        assert reader.numbers == list(range(1, 8))
        told_last = {one["alert"]["id"]: one["alert"] for one in reader.events}
        assert told_last == {one["id"]: one for one in await world.alerts()}
        assert reader.events[4]["alert"]["resolved_by"] is None


async def test_without_a_number_only_what_comes_is_told(world: World) -> None:
    await world.cross(("01003", "over"))
    async with world.station.reader() as reader:
        await world.cross(("01001", "over"))
        await reader.reads(1)
        assert reader.told == [("alert.raised", "01:2", "open")]


async def test_a_reader_goes_on_where_it_was_though_the_process_was_killed(world: World) -> None:
    async with world.station.reader() as reader:
        await world.cross(("01003", "over"), ("01001", "over"))
        await reader.reads(2)
    await world.station.end(signal.SIGKILL)
    await world.cross(("01003", "on-quota"))
    async with (
        world.station_again() as station,
        station.reader(Last_Event_ID=str(reader.numbers[0])) as again,
    ):
        await world.cross(("01002", "under"))
        await again.reads(4)
        assert again.numbers == [2, 3, 4, 5]
        assert again.told[0] == reader.told[1]


async def test_two_processes_tell_the_same_wherever_it_was_acknowledged(world: World) -> None:
    async with (
        world.station_again() as other,
        world.station.reader() as here,
        other.reader() as there,
    ):
        await world.cross(("01003", "over"))
        await there.reads(1)
        await other.acknowledge(there.events[0]["alert"]["id"])
        await here.reads(2)
        await there.reads(2)
        assert here.events == there.events


async def raise_alerts(world: World, land: str, count: int) -> None:
    """So many crossings of a Land, each applied by itself."""
    crossings = CrossingsInTest()
    owner = an_owner(world.database, crossings, Land(land))
    for number in range(count):
        await owner.take([crossings.cross(f"{land}{number:03}", "over", land=land)])


async def acknowledge_some(world: World, count: int) -> None:
    """Take on alerts while others are still raised."""
    taken: set[str] = set()
    while len(taken) < count:
        for alert in await world.alerts():
            if alert["state"] == "open" and alert["id"] not in taken:
                await world.station.acknowledge(alert["id"])
                taken.add(alert["id"])


async def test_no_number_appears_after_a_higher_one_whoever_writes(world: World) -> None:
    token = world.issuer.signed(world.issuer.claims(lands=["01", "02"]))
    async with world.station.reader(token) as reader:
        await asyncio.gather(
            raise_alerts(world, "01", 60), raise_alerts(world, "02", 60), acknowledge_some(world, 5)
        )
        async with world.database.acquire() as tx:
            last = await tx.fetchval("SELECT number FROM last_change")
        await eventually(lambda: last in reader.numbers, within=10, because="all is told")
    assert reader.numbers == list(range(1, last + 1))
    events = [event for event, *_ in reader.told]
    assert (events.count("alert.raised"), len(events)) == (120, last)


async def test_a_reader_is_told_of_its_own_lands_only(world: World) -> None:
    token = world.issuer.signed(world.issuer.claims(lands=["02"]))
    hamburg = CrossingsInTest()
    async with world.station.reader(token) as reader:
        await world.cross(("01003", "over"))
        owner = an_owner(world.database, hamburg, Land("02"))
        await owner.take([hamburg.cross("02000", "over", land="02")])
        await reader.reads(1)
        assert (reader.told, reader.numbers) == ([("alert.raised", "02:1", "open")], [2])


async def test_what_is_older_than_30_days_is_refused_and_then_forgotten(world: World) -> None:
    await world.cross(("01003", "over"), ("01001", "over"))
    owner = await asyncpg.connect(world.own.admin_url)
    await owner.execute(
        "UPDATE notifications.changes SET at = at - interval '30 days' WHERE number = 1"
    )
    await owner.close()
    assert (await world.station.get(Last_Event_ID="1")).status_code == 422
    forgetting = asyncio.create_task(forget_old_changes(world.database))

    async def left() -> bool:
        async with world.database.acquire() as tx:
            return [row[0] for row in await tx.fetch("SELECT number FROM changes")] == [2]

    await eventually(left, within=5, because="the older one is forgotten")
    forgetting.cancel()
    async with world.station.reader(Last_Event_ID="2") as reader:
        await world.cross(("01002", "over"))
        await reader.reads(1)
        assert reader.numbers == [3]


async def test_a_stream_ends_with_its_token(world: World) -> None:
    ends_at = int(time.time()) + 3
    token = world.issuer.signed(world.issuer.claims(exp=ends_at))
    async with world.station.reader(token) as reader:
        await eventually(lambda: reader.has_ended, within=6, because="the token has ended")
        assert ends_at <= time.time() < ends_at + 2


async def test_a_stop_ends_every_stream_in_order(world: World) -> None:
    async with world.station.reader() as one, world.station.reader() as other:
        await world.cross(("01003", "over"))
        await one.reads(1)
        assert await world.station.end(signal.SIGTERM) == 0
        await eventually(
            lambda: one.has_ended and other.has_ended, within=2, because="both were ended"
        )


async def test_a_client_has_so_many_streams_and_no_more(world: World) -> None:
    async with world.station_again(HAFENLOTSE_STREAMS_PER_CLIENT="2") as station:
        other = world.issuer.signed(world.issuer.claims(sub="another"))
        async with station.reader(), station.reader(other):
            async with station.reader():
                refused = await station.get()
                assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
                async with station.reader(other):
                    pass

            async def is_free() -> bool:
                async with station.reader():
                    return True

            await eventually(is_free, within=5, because="a reader that went leaves its seat")


async def test_a_reader_that_does_not_read_keeps_nobody_waiting_and_misses_nothing(
    world: World,
) -> None:
    back_and_forth = [("01003", "over"), ("01003", "on-quota")] * 50
    async with lazy_reader(world.station) as lazy:
        async with world.station.reader() as quick:
            for _ in range(20):
                await world.cross(*back_and_forth)
            await quick.reads(3000, within=20)
        assert b"\nid: 3000\n" not in lazy.buffered
        await lazy.reads_until(b"\nid: 3000\n")
        assert lazy.numbers == quick.numbers == list(range(1, 3001))
