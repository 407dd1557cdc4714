"""A city's system comes in with a key, at every service, until the key is revoked."""

import pytest

from tests.end_to_end.placements import FLENSBURG, KIEL, PLACEMENTS, a_placement
from tests.end_to_end.problems import problem
from tests.end_to_end.system import System, new_key

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEYS = "/admissions/v1/api-keys"
BALANCES = "/quota/v1/quotas/sh-alliance/balances"
ALERTS = "/notifications/v1/alerts"


async def test_a_revoked_key_opens_nothing_at_any_service(system: System) -> None:
    made = await system.coordination.post(KEYS, {"unit": FLENSBURG})
    assert made.status_code == 201, made.text
    bearer = {"Authorization": f"Bearer {made.json()['key']}"}
    answer = await system.ask(
        "POST", PLACEMENTS, json=a_placement(unit=FLENSBURG), headers=bearer | new_key()
    )
    assert answer.status_code == 201, answer.text
    foreign = await system.ask(
        "POST", PLACEMENTS, json=a_placement(unit=KIEL), headers=bearer | new_key()
    )
    problem(foreign, 403, "not-your-unit")
    assert (await system.ask("GET", BALANCES, headers=bearer)).status_code == 200
    problem(await system.ask("GET", ALERTS, headers=bearer), 403, "role")
    revoked = await system.coordination.ask("DELETE", made.headers["Location"])
    assert revoked.status_code == 204
    for path in (PLACEMENTS, BALANCES, ALERTS):
        problem(await system.ask("GET", path, headers=bearer), 401, "token-invalid")


async def test_a_key_for_balances_opens_nothing_else(system: System) -> None:
    body = {"unit": FLENSBURG, "scopes": ["quota:read"]}
    made = (await system.coordination.post(KEYS, body)).json()
    bearer = {"Authorization": f"Bearer {made['key']}"}
    assert (await system.ask("GET", BALANCES, headers=bearer)).status_code == 200
    problem(await system.ask("GET", PLACEMENTS, headers=bearer), 403, "role")
    problem(await system.ask("GET", "/quota/v1/crossings/01", headers=bearer), 403, "role")
