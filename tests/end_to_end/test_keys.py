"""Keys that change: tried first, back-dated, refused with every reason, shown as published."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from tests.end_to_end.own_quotas import SOURCE, OwnQuota, a_key, own_quota
from tests.end_to_end.placements import record
from tests.end_to_end.problems import places, problem
from tests.end_to_end.quotas import QUOTAS
from tests.end_to_end.system import Json, System

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def crossed(quota: OwnQuota) -> list[Json]:
    return await quota.system.coordination.listed(f"{QUOTAS}/{quota.code}/crossings")


def told(crossings: list[Json]) -> list[Any]:
    """What does not depend on who else crossed meanwhile."""
    return [{k: v for k, v in one.items() if k not in PLACES} for one in crossings]


PLACES = {"sequence", "definition", "ledger_sequence"}


async def a_lopsided_quota(system: System) -> tuple[OwnQuota, date]:
    """Two members by halves; for both Steinburg took in 20 people, on a day of its own."""
    day = date(1991, 1, 1) + timedelta(random.randrange(4000))
    first_rule = {"from": day.isoformat(), "to": day.isoformat()}
    quota = await own_quota(system, day.year, **first_rule)
    placed = await record(
        system.city("01061"), unit="01061", programme="land-programme", persons=20,
        effective_on=day.isoformat(),
    )  # fmt: skip
    await quota.counted(placed.json()["sequence"])
    return quota, day


async def test_a_back_dated_key_is_tried_without_a_record(system: System) -> None:
    quota, day = await a_lopsided_quota(system)
    before, crossings = await quota.board(), await crossed(quota)
    key = a_key({"01061": "99.8", "01062": "0.1"}, f"{day.year}-01-01")
    path = f"{QUOTAS}/{quota.code}/keys?dry_run=true"
    answer = await system.coordination.post(path, SOURCE | key)
    assert answer.status_code == 200, answer.text
    tried = answer.json()
    assert tried.keys() == {"balances", "crossings", "warnings"}
    assert [one["fact"] for one in tried["warnings"]] == ["sum-is-rounded"]
    assert {one["cause"] for one in tried["crossings"]} == {"new-key"}
    assert (await quota.board(), await crossed(quota)) == (before, crossings)
    await quota.post("keys", **key)
    assert (await quota.board())["units"] == tried["balances"]["units"]
    assert told((await crossed(quota))[len(crossings) :]) == told(tried["crossings"])


async def test_a_back_dated_key_restates_the_days_from_its_own_on(system: System) -> None:
    quota, day = await a_lopsided_quota(system)
    after = (day + timedelta(1)).isoformat()
    later = a_key({"01061": "90", "01062": "10"}, after, "population")
    halves = (await quota.board())["units"]
    await quota.post("keys", **later)
    assert [one["target"] for one in (await quota.board())["units"]] == [
        one["target"] for one in halves
    ]
    await quota.post("keys", **later | {"valid_from": day.isoformat()})
    board = {one["unit"]: one for one in (await quota.board())["units"]}
    assert {
        board[unit]["target"]["decimal"]: board[unit]["standing"] for unit in ("01061", "01062")
    } == {"18.000": "over", "2.000": "under"}


async def test_a_key_is_refused_with_every_reason_at_once(system: System) -> None:
    quota = await own_quota(system)
    bad = SOURCE | a_key({"01062": "0", "01099": "12.5", "01001": "x"})
    refused = problem(
        await system.coordination.post(f"{QUOTAS}/{quota.code}/keys", bad), 422, "invalid"
    )
    codes = {one["code"] for one in refused["errors"]}
    assert codes >= {"weight-not-positive", "unit-unknown", "malformed", "missing"}


async def test_weights_are_judged_whatever_else_is_wrong(system: System) -> None:
    quota = await own_quota(system)
    bad = a_key({"01061": "x", "99999": "0"}, kind="guess") | {"more": 1}
    answer = await system.coordination.post(f"{QUOTAS}/{quota.code}/keys", bad)
    found = {(one["pointer"], one["code"]) for one in problem(answer, 422, "invalid")["errors"]}
    assert found == {
        ("/kind", "malformed"),
        ("/more", "unknown-field"),
        ("/source", "missing"),
        ("/weights/01061", "malformed"),
        ("/weights/99999", "unit-unknown"),
        ("/weights/99999", "weight-not-positive"),
    }


async def test_weights_are_shown_as_they_were_sent(system: System) -> None:
    quota = await own_quota(system)
    weights = {"01061": "22.50", "01062": "0077.5"}
    shown = await quota.post("keys", **a_key(weights))
    assert shown["keys"][-1]["weights"] == weights


async def test_a_tolerance_may_be_in_percent_alone(system: System) -> None:
    quota, _ = await a_lopsided_quota(system)
    shown = await quota.post("tolerance", persons=None, percent="99")
    assert shown["tolerances"][-1]["persons"] is None
    standings = [one["standing"] for one in (await quota.board())["units"]]
    assert standings == ["over", "under"]  # 10 of a target of 10 are 100 percent


async def test_a_tolerance_without_persons_needs_percent(system: System) -> None:
    quota = await own_quota(system)
    answer = await system.coordination.post(
        f"{QUOTAS}/{quota.code}/tolerance", SOURCE | {"persons": None}
    )
    assert places(answer) == {"/percent"}
