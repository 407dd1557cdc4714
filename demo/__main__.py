"""Loads the story into a running system and shows what came of it."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import httpx

from demo.board import alerts_table, balances_table, crossings_table
from demo.story import STATED_UNTIL, SYNTHETIC_YEAR, Step, alliance, synthetic_year
from demo.system import NeverCaughtUp, System

LAND = "01"
SHOWN = 12
ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Submit what was not yet submitted, and print boards, crossings and alerts."""
    home = Path(os.environ.get("HAFENLOTSE_HOME", ROOT / ".hafenlotse"))
    if not (home / "access.json").exists():
        sys.exit("Nothing is running here: start it first with 'make up'.")
    system = System(home / "access.json")
    try:
        tell(system)
    except (httpx.HTTPError, NeverCaughtUp) as failure:
        sys.exit(f"The demo stopped: {failure}. 'make status' shows what is wrong.")


def tell(system: System) -> None:
    """The story: what is known, what is made up, and where both lead."""
    print("1. Special admissions of the alliance's cities, 2019 to October 2023")
    print("   Figures of the field. The dates of the single admissions are not known:")
    print(f"   they are booked on {STATED_UNTIL}, the end of the time they were stated for.\n")
    submit(system, alliance())
    show_board(system, "sh-alliance")
    print(
        f"2. The year {SYNTHETIC_YEAR}: SYNTHETIC, made up by this demo, no figure of the field\n"
    )
    submit(system, synthetic_year(populations(system)))
    for quota in ("sh-alliance", "sh-regular"):
        show_board(system, quota)
    show_crossings(system)


def submit(system: System, steps: Iterable[Step]) -> None:
    """Record, correct and withdraw in order; done once, however often the demo runs."""
    places: dict[str, tuple[str, str]] = {}
    last, count = 0, 0
    for step in steps:
        answer = act(system, step, places)
        placement = answer.json()
        places[step.corrects or step.key] = (placement["id"], answer.headers["etag"])
        last, count = max(last, placement["sequence"]), count + 1
    system.wait_until_caught_up(LAND, last)
    print(f"   {count} entries are in the ledger, counted and alerted.\n")


def act(system: System, step: Step, places: dict[str, tuple[str, str]]) -> httpx.Response:
    """One step as the city that it belongs to."""
    city = f"city-{step.unit}"
    if step.corrects is None:
        return system.post("/admissions/v1/placements", step.body, step.key, city)
    placement, etag = places[step.corrects]
    act_on = "withdrawal" if step.withdraws else "corrections"
    path = f"/admissions/v1/placements/{placement}/{act_on}"
    return system.post(path, step.body, step.key, city, etag)


def populations(system: System) -> dict[str, int]:
    """The weights of the key that is in force."""
    [key] = system.get("/quota/v1/quotas/sh-regular")["keys"]
    return {unit: int(weight) for unit, weight in key["weights"].items()}


def show_board(system: System, quota: str) -> None:
    """One quota's balances now."""
    balances = system.get(f"/quota/v1/quotas/{quota}/balances")
    print(f"{quota}: {balances['total']['exact']} people credited")
    print(balances_table(balances) + "\n")


def show_crossings(system: System) -> None:
    """The latest crossings and their alerts."""
    names = {one["code"]: one["name"] for one in system.get("/admissions/v1/units")["items"]}
    crossings = list(system.all("/quota/v1/quotas/sh-regular/crossings"))
    alerts = list(system.all("/notifications/v1/alerts", quota="sh-regular"))
    print(f"{len(crossings)} crossings of sh-regular, the last {SHOWN}:")
    print(crossings_table(crossings[-SHOWN:], names) + "\n")
    still_open = [one for one in alerts if one["state"] == "open"]
    print(f"{len(alerts)} alerts of sh-regular, {len(still_open)} of them open:")
    print(alerts_table(still_open, names))


main()
