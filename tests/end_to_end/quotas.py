"""Reading the quota service, and the few moves that tests make on its sums."""

from fractions import Fraction
from math import ceil
from typing import Any

import httpx

from tests.end_to_end.placements import head, record
from tests.end_to_end.system import Json, System
from tests.eventually import eventually

QUOTAS = "/quota/v1/quotas"
CROSSINGS = "/quota/v1/crossings/01"
CAUGHT_UP_SECONDS = 30
LARGEST_GROUP = 10_000


async def balances(system: System, quota: str) -> Json:
    """The balances now, once everything in the ledger is counted."""
    return await balances_after(system, quota, await head(system))


async def balances_after(
    system: System, quota: str, last: int, within: float = CAUGHT_UP_SECONDS
) -> Json:
    """The balances as soon as that entry is counted."""

    async def counted() -> Json | None:
        body = await system.coordination.seen(f"{QUOTAS}/{quota}/balances")
        return body if body["as_of"]["sequence"] >= last else None

    found: Json = await eventually_some(counted, f"{quota} has counted entry {last}", within)
    return found


async def eventually_some(check: Any, because: str, within: float = CAUGHT_UP_SECONDS) -> Any:
    """What `check` answers, as soon as that is something."""
    return await eventually(check, within=within, because=because)


def exact(number: Json) -> Fraction:
    return Fraction(number["exact"])


async def lowest(system: System, quota: str) -> Json:
    """The unit of the quota that owes most, by its balances now; it is never over."""
    units = (await balances(system, quota))["units"]
    owing: Json = min(units, key=lambda unit: exact(unit["balance"]))
    return owing


def persons_to_be_over(unit: Json) -> int:
    """How many people put the unit over by at least one, and by less than three."""
    missing = 1 - exact(unit["balance"])
    return max(ceil(missing / (1 - exact(unit["share"]))), 1)


async def put_over(system: System, quota: str) -> tuple[httpx.Response, Json]:
    """Record a placement that puts the unit that owes most over: the answer, and the crossing."""
    unit = await lowest(system, quota)
    persons = persons_to_be_over(unit)
    assert persons <= LARGEST_GROUP
    city = system.city(unit["unit"])
    answer = await record(city, unit=unit["unit"], persons=persons)
    return answer, await crossing_by(system, answer.json()["sequence"], quota, unit["unit"])


async def crossing_by(system: System, sequence: int, quota: str, unit: str) -> Json:
    """The crossing of a unit that a ledger entry made, as the feed shows it."""

    async def announced() -> Json | None:
        for crossing in reversed(await system.coordination.fed(CROSSINGS)):
            caused = crossing["ledger_sequence"], crossing["quota"], crossing["unit"]
            if caused == (sequence, quota, unit):
                return crossing
        return None

    found: Json = await eventually_some(announced, f"entry {sequence} put {unit} across")
    return found


async def level(system: System) -> None:
    """Let every unit take in what it owes, so that few people are enough to cross again."""
    for quota, programme in (("sh-alliance", "safe-harbour"), ("sh-regular", "asylum")):
        units = (await balances(system, quota))["units"]
        total = max(exact(unit["credited"]) / exact(unit["share"]) for unit in units)
        for unit in units:
            owed = int(total * exact(unit["share"]) - exact(unit["credited"]))
            await take_in(system, unit["unit"], owed, programme)


async def take_in(system: System, unit: str, persons: int, programme: str) -> None:
    """Record so many people, in groups that are not too large."""
    for taken in range(0, persons, LARGEST_GROUP):
        group = min(LARGEST_GROUP, persons - taken)
        await record(system.city(unit), unit=unit, persons=group, programme=programme)
