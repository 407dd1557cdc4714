"""The second lock: PostgreSQL shows a city its own alone, also where the code forgets to ask."""

import asyncpg
import pytest

from access.reach import NOWHERE
from services.admissions.api.entering import record_all
from services.admissions.api.models import PlacementBody
from services.admissions.domain.placement import Placement
from services.admissions.store.api_keys import list_api_keys
from services.admissions.store.entries import list_entries, read_after
from services.admissions.store.lands import load_sequences
from services.admissions.store.placements import (
    AFTER_ALL,
    Wanted,
    list_placements,
    load_placement,
    lock_placement,
)
from services.admissions.store.transfers import list_transfers
from shared.codes import LANDS, Land
from shared.postgres import set_reach, transaction
from shared.store.relays import load_published
from tests.integration.admissions.careless import UNITS, router
from tests.integration.admissions.service import ROOT, Admissions, Json, a_placement

pytestmark = pytest.mark.asyncio
CARELESS = f"{ROOT}/careless"
OWN = frozenset({"01002"})


@pytest.fixture
def careless(admissions: Admissions) -> Admissions:
    """The service with routes that ask for nothing."""
    admissions.app.router.routes.extend(router.routes)
    return admissions


async def two_cities(admissions: Admissions) -> tuple[Json, Json]:
    return (
        await admissions.city("01001").record(unit="01001"),
        await admissions.city("01002").record(unit="01002"),
    )


async def test_a_route_that_forgets_to_ask_shows_a_city_its_own_alone(
    careless: Admissions,
) -> None:
    foreign, own = await two_cities(careless)
    city, nothing = careless.city("01002"), {"is_there": False, "units": ["01002"], "entries": 0}
    assert (await city.get(f"{CARELESS}/reaching/{foreign['id']}")).json() == nothing
    seen = (await city.get(f"{CARELESS}/reaching/{own['id']}")).json()
    assert seen == {"is_there": True, "units": ["01002"], "entries": 1}
    everything = (await careless.auditor.get(f"{CARELESS}/reaching/{foreign['id']}")).json()
    assert everything == {"is_there": True, "units": ["01002", "01001"], "entries": 1}


async def test_a_route_that_does_not_say_what_it_reaches_sees_nothing(
    careless: Admissions,
) -> None:
    for placed in await two_cities(careless):
        for caller in (careless.city("01001"), careless.coordination, careless.auditor):
            seen = (await caller.get(f"{CARELESS}/silent/{placed['id']}")).json()
            assert seen == {"is_there": False, "units": [], "entries": 0}


async def test_a_route_that_forgets_to_ask_changes_nothing_of_another(
    careless: Admissions,
) -> None:
    foreign, own = await two_cities(careless)
    city, before = careless.city("01002"), await careless.ledger()
    withdrawal = f"{CARELESS}/withdrawal"
    assert (await city.post(f"{withdrawal}/{foreign['id']}", None)).status_code == 404
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await city.post(CARELESS, a_placement(unit="01001"))
    assert await careless.ledger() == before
    assert (await city.post(f"{withdrawal}/{own['id']}", None)).status_code == 201
    assert (await city.post(CARELESS, a_placement(unit="01002"))).status_code == 201


async def test_who_had_the_people_reads_on_and_changes_nothing(admissions: Admissions) -> None:
    placed = await admissions.city("01001").record(unit="01001")
    moved = await admissions.coordination.change(
        placed, "transfer", to_unit="01002", effective_on="2024-01-01"
    )
    assert moved.status_code == 201
    async with admissions.own.pool("admissions") as pool:
        async with transaction(pool, frozenset({"01001"})) as tx:
            assert isinstance(await load_placement(tx, placed["id"]), Placement)
            assert len(await list_entries(tx, placed["id"])) == 2
            assert await lock_placement(tx, placed["id"]) is None
        async with transaction(pool, OWN) as tx:
            assert isinstance(await lock_placement(tx, placed["id"]), Placement)


async def test_a_transaction_that_says_nothing_sees_nothing(admissions: Admissions) -> None:
    foreign, _ = await two_cities(admissions)
    wanted = Wanted(units=UNITS)
    async with admissions.own.pool("admissions") as pool, transaction(pool) as tx:
        for _ in range(2):
            assert await load_placement(tx, foreign["id"]) is None
            assert await lock_placement(tx, foreign["id"]) is None
            assert await list_placements(tx, wanted, None, 10) == []
            assert await list_entries(tx, foreign["id"]) == []
            assert await read_after(tx, Land("01"), 0, 10) == []
            assert await list_transfers(tx, UNITS, AFTER_ALL, 10) == []
            assert await list_api_keys(tx, LANDS, AFTER_ALL, 10) == []
            assert await load_sequences(tx) == {}
            assert await load_published(tx) == {}
            await set_reach(tx, NOWHERE)


async def test_what_one_transaction_reaches_the_next_does_not(admissions: Admissions) -> None:
    await two_cities(admissions)
    async with admissions.own.pool("admissions", size=2) as pool:
        for _ in range(4):
            async with transaction(pool, OWN) as tx:
                found = await list_placements(tx, Wanted(units=UNITS), None, 10)
                assert [one.unit for one in found] == ["01002"]
            async with transaction(pool) as tx:
                assert await list_placements(tx, Wanted(units=UNITS), None, 10) == []


@pytest.mark.parametrize("reach", [NOWHERE, OWN, frozenset({"02"}), frozenset({"02000", "01"[:1]})])
async def test_nothing_is_recorded_out_of_reach(
    admissions: Admissions, reach: frozenset[str]
) -> None:
    body = PlacementBody.model_validate(a_placement(unit="01001"))
    async with admissions.own.pool("admissions") as pool:
        # A Land that is not in reach has no end that something could be added to.
        with pytest.raises((asyncpg.InsufficientPrivilegeError, TypeError)):
            async with transaction(pool, reach) as tx:
                await record_all(tx, [body.proposal()])
    assert await admissions.ledger() == []
