"""What cities do: valid placements, and the acts on them."""

import random
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from tests.end_to_end.system import Caller, Json, System

PLACEMENTS = "/admissions/v1/placements"
ENTRIES = "/admissions/v1/ledger/01/entries"
FLENSBURG, KIEL, LUEBECK = "01001", "01002", "01003"
ALLIANCE = (FLENSBURG, KIEL, LUEBECK)
UNITS = (
    *ALLIANCE,
    *("01004", "01051", "01053", "01054", "01055", "01056"),
    *("01057", "01058", "01059", "01060", "01061", "01062"),
)
PROGRAMMES = (
    *("safe-harbour", "asylum", "land-programme"),
    *("federal-programme", "family-reunion", "ukraine"),
)
NO_SUCH_ID = "0199aaaa-0000-7000-8000-000000000000"
VERIFIED_SECONDS = 300
"""A tenth of a millisecond of processor time an entry, beside whatever else keeps the machine."""


def today() -> date:
    """The day that it is where the field is."""
    return datetime.now(ZoneInfo("Europe/Berlin")).date()


def a_placement(**changes: Any) -> Json:
    placement = {
        "unit": FLENSBURG,
        "programme": "safe-harbour",
        "persons": 1,
        "effective_on": "2023-05-01",
    }
    return placement | changes


async def record(caller: Caller, **changes: Any) -> httpx.Response:
    """Record a placement, which must be accepted."""
    answer = await caller.post(PLACEMENTS, a_placement(**changes))
    assert answer.status_code == 201, answer.text
    return answer


async def correct(caller: Caller, placement: httpx.Response, **changes: Any) -> httpx.Response:
    """Correct the placement that an answer showed, with the tag that it carried."""
    body = {"reason": "typing-error"} | changes
    return await act(caller, placement, "corrections", body)


async def withdraw(caller: Caller, placement: httpx.Response) -> httpx.Response:
    return await act(caller, placement, "withdrawal", {"reason": "never-arrived"})


async def act(caller: Caller, placement: httpx.Response, act: str, body: Json) -> httpx.Response:
    path = f"{PLACEMENTS}/{placement.json()['id']}/{act}"
    return await caller.post(path, body, If_Match=placement.headers["ETag"])


async def head(system: System) -> int:
    """The last sequence of the ledger; 0 where it is empty."""
    entries: int = (await verification(system))["entries"]
    return entries


async def verification(system: System) -> Json:
    """What the ledger says of its chain; all of it is computed again, so a long one takes long."""
    path = "/admissions/v1/ledger/01/verification"
    answer = await system.caller("auditor").ask("GET", path, timeout=VERIFIED_SECONDS)
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
    verified: Json = answer.json()
    return verified


def a_day(chance: random.Random, days: int = 400) -> str:
    """One of the last days, today included."""
    return (today() - timedelta(days=chance.randrange(days))).isoformat()
