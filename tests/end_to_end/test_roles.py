"""Who may do what, case by case; the table of all routes is in authority.py."""

import pytest

from tests.end_to_end.placements import (
    FLENSBURG,
    KIEL,
    NO_SUCH_ID,
    PLACEMENTS,
    a_placement,
    record,
)
from tests.end_to_end.problems import problem
from tests.end_to_end.system import System

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_city_records_for_its_own_units_only(system: System) -> None:
    answer = await system.city(FLENSBURG).post(PLACEMENTS, a_placement(unit=KIEL))
    problem(answer, 403, "not-your-unit")


async def test_a_city_finds_no_foreign_placement(system: System) -> None:
    foreign = (await record(system.city(KIEL), unit=KIEL)).json()["id"]
    there = await system.city(FLENSBURG).get(f"{PLACEMENTS}/{foreign}")
    missing = await system.city(FLENSBURG).get(f"{PLACEMENTS}/{NO_SUCH_ID}")
    assert problem(there, 404, "not-found")["title"] == problem(missing, 404, "not-found")["title"]


@pytest.mark.parametrize(
    "path",
    ["/admissions/v1/ledger/02/entries", "/quota/v1/crossings/02", "/quota/v1/crossings/1"],
)
async def test_another_land_is_not_found(system: System, path: str) -> None:
    for client in ("coordination", "auditor"):
        problem(await system.caller(client).get(path), 404, "not-found")


async def test_a_unit_of_another_land_is_refused(system: System) -> None:
    answer = await system.coordination.post(PLACEMENTS, a_placement(unit="02000"))
    assert answer.status_code in {403, 422}


async def test_the_operator_sees_deliveries_without_addresses_and_alerts(
    system: System,
) -> None:
    for delivery in await system.caller("operator").listed("/notifications/v1/deliveries"):
        assert not delivery.get("alerts")
        assert "@" not in str(delivery)
