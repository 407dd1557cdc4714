"""Who may do what: every route of the contract with every role."""

from typing import Any

import pytest

from tests.end_to_end.placements import (
    ENTRIES,
    FLENSBURG,
    KIEL,
    NO_SUCH_ID,
    PLACEMENTS,
    a_placement,
    record,
)
from tests.end_to_end.problems import problem
from tests.end_to_end.system import System, new_key

pytestmark = pytest.mark.asyncio(loop_scope="session")

CLIENTS = {
    "city": "city-01001",
    "coordination": "coordination",
    "auditor": "auditor",
    "operator": "operator",
    "service": "service",
}
ALL_BUT_OPERATOR = {"city", "coordination", "auditor"}
ANY_TOKEN = ALL_BUT_OPERATOR | {"operator"}
FEED = {"coordination", "auditor", "service"}
COORDINATION = {"coordination"}
RECIPIENTS = "/notifications/v1/recipients"

ROUTES: list[tuple[str, str, set[str]]] = [
    ("POST", PLACEMENTS, {"city", "coordination"}),
    ("POST", f"{PLACEMENTS}/batch", {"city", "coordination"}),
    ("POST", f"{PLACEMENTS}/{NO_SUCH_ID}/corrections", {"city", "coordination"}),
    ("POST", f"{PLACEMENTS}/{NO_SUCH_ID}/withdrawal", {"city", "coordination"}),
    ("GET", PLACEMENTS, ALL_BUT_OPERATOR),
    ("GET", f"{PLACEMENTS}/{NO_SUCH_ID}", ALL_BUT_OPERATOR),
    ("GET", ENTRIES, FEED),
    ("GET", "/admissions/v1/ledger/01/verification", {"coordination", "auditor"}),
    ("GET", "/admissions/v1/units", ANY_TOKEN),
    ("GET", "/admissions/v1/programmes", ANY_TOKEN),
    ("GET", "/admissions/v1/reasons", ANY_TOKEN),
    ("GET", "/quota/v1/quotas", ALL_BUT_OPERATOR),
    ("GET", "/quota/v1/quotas/sh-alliance", ALL_BUT_OPERATOR),
    ("GET", "/quota/v1/quotas/sh-alliance/balances", ALL_BUT_OPERATOR),
    ("GET", "/quota/v1/quotas/sh-alliance/allotment?persons=18", ALL_BUT_OPERATOR),
    ("GET", "/quota/v1/crossings/01", FEED),
    ("POST", "/quota/v1/allotments", ANY_TOKEN),
    ("GET", "/notifications/v1/alerts", {"coordination", "auditor"}),
    ("GET", f"/notifications/v1/alerts/{NO_SUCH_ID}", {"coordination", "auditor"}),
    ("POST", f"/notifications/v1/alerts/{NO_SUCH_ID}/acknowledgement", COORDINATION),
    ("GET", RECIPIENTS, COORDINATION),
    ("POST", RECIPIENTS, COORDINATION),
    ("GET", f"{RECIPIENTS}/{NO_SUCH_ID}", COORDINATION),
    ("PUT", f"{RECIPIENTS}/{NO_SUCH_ID}", COORDINATION),
    ("DELETE", f"{RECIPIENTS}/{NO_SUCH_ID}", COORDINATION),
    ("POST", f"{RECIPIENTS}/{NO_SUCH_ID}/test", COORDINATION),
    ("POST", f"/notifications/v1/deliveries/{NO_SUCH_ID}/retry", {"coordination", "operator"}),
    ("GET", "/notifications/v1/deliveries", {"coordination", "operator"}),
    ("GET", f"/notifications/v1/deliveries/{NO_SUCH_ID}", {"coordination", "operator"}),
]


@pytest.mark.parametrize("role", CLIENTS)
@pytest.mark.parametrize(
    ("method", "path", "allowed"), ROUTES, ids=[f"{m} {p}" for m, p, _ in ROUTES]
)
async def test_a_route_opens_for_its_roles_only(
    system: System, method: str, path: str, allowed: set[str], role: str
) -> None:
    sent: dict[str, Any] = {} if method == "GET" else {"headers": new_key(), "json": {}}
    answer = await system.caller(CLIENTS[role]).ask(method, path, **sent)
    if role in allowed:
        assert answer.status_code in {200, 404, 422, 428}
    else:
        problem(answer, 403, "role")


@pytest.mark.parametrize("role", ["coordination", "auditor"])
async def test_a_quotas_crossings_are_for_the_coordination_and_the_auditor(
    system: System, role: str
) -> None:
    await system.caller(role).seen("/quota/v1/quotas/sh-regular/crossings")
    for other in ("city-01001", "operator"):
        answer = await system.caller(other).get("/quota/v1/quotas/sh-regular/crossings")
        problem(answer, 403, "role")


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
