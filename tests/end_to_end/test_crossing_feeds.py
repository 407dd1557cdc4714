"""Crossings are listed per quota, and fed per Land without gaps."""

from typing import Any

import pytest

from tests.end_to_end.placements import correct, withdraw
from tests.end_to_end.problems import places
from tests.end_to_end.quotas import CROSSINGS, QUOTAS, balances, crossing_by, exact, put_over
from tests.end_to_end.system import System
from tests.model.numbers import exact_number

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIELDS = {
    *("land", "sequence", "quota", "unit", "before", "after", "credited", "target"),
    *("balance", "cause", "ledger_sequence", "definition"),
}


async def test_the_feed_numbers_every_crossing_without_a_gap(system: System) -> None:
    await put_over(system, "sh-regular")
    crossings = await system.caller("service").fed(CROSSINGS)
    assert [crossing["sequence"] for crossing in crossings] == list(range(1, len(crossings) + 1))
    for crossing in crossings:
        assert set(crossing) == FIELDS
        assert crossing["land"] == "01"
        assert crossing["before"] != crossing["after"]
        for name in ("credited", "target", "balance"):
            assert crossing[name] == exact_number(exact(crossing[name]))


async def test_crossings_of_one_entry_are_in_the_order_of_quota_and_unit(system: System) -> None:
    await put_over(system, "sh-alliance")
    order = [
        tuple(crossing[name] for name in ("ledger_sequence", "definition", "quota", "unit"))
        for crossing in await system.coordination.fed(CROSSINGS)
    ]
    assert order == sorted(order)


async def test_a_units_own_placement_is_named_as_the_cause(system: System) -> None:
    placement, crossing = await put_over(system, "sh-alliance")
    assert crossing["cause"] == "own-placement"
    assert crossing["after"] == "over"
    shown = await balances(system, "sh-alliance")
    [unit] = [unit for unit in shown["units"] if unit["unit"] == crossing["unit"]]
    for name in ("credited", "target", "balance"):
        assert crossing[name] == unit[name]
    assert crossing["ledger_sequence"] == placement.json()["sequence"]


async def test_a_withdrawal_crosses_back_as_a_correction(system: System) -> None:
    placement, crossing = await put_over(system, "sh-alliance")
    city = system.city(crossing["unit"])
    sequence = (await withdraw(city, placement)).json()["sequence"]
    back = await crossing_by(system, sequence, "sh-alliance", crossing["unit"])
    assert (back["before"], back["after"]) == ("over", crossing["before"])
    assert back["cause"] == "correction"


async def test_the_list_of_a_quota_holds_its_crossings_of_the_feed(system: System) -> None:
    placement, crossing = await put_over(system, "sh-regular")
    city = system.city(crossing["unit"])
    corrected = await correct(city, placement, persons=placement.json()["persons"] + 1)
    await withdraw(city, corrected)
    await balances(system, "sh-regular")
    fed = await system.coordination.fed(CROSSINGS)
    for quota in ("sh-alliance", "sh-regular"):
        listed = await system.caller("auditor").listed(f"{QUOTAS}/{quota}/crossings", limit=7)
        own = [one for one in fed if one["quota"] == quota]
        assert sorted(listed, key=lambda one: one["sequence"]) == own


async def test_the_feed_goes_on_after_a_sequence(system: System) -> None:
    await put_over(system, "sh-regular")
    whole = await system.coordination.fed(CROSSINGS)
    page = await system.coordination.seen(CROSSINGS, after=len(whole) - 1, limit=1)
    assert page["items"] == whole[-1:]
    assert page["next"] is None
    first = await system.coordination.seen(CROSSINGS, limit=1)
    assert first["items"] == whole[:1]


@pytest.mark.parametrize(
    "query", [{"limit": "1001"}, {"limit": "0"}, {"after": "-1"}, {"cursor": "x"}, {"land": "01"}]
)
async def test_the_feed_refuses_what_it_does_not_know(
    system: System, query: dict[str, Any]
) -> None:
    assert places(await system.coordination.get(CROSSINGS, **query)) == {f"?{next(iter(query))}"}


async def test_a_list_of_crossings_has_pages_of_five_hundred_at_most(system: System) -> None:
    path = f"{QUOTAS}/sh-regular/crossings"
    assert places(await system.coordination.get(path, limit="501")) == {"?limit"}
