"""What the demo submits: 18 people of the field, then a synthetic year."""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ALLIANCE = Path(__file__).parent / "data" / "alliance_since_2019.csv"
STATED_UNTIL = "2023-10-31"
"""The figures are stated from 2019 to October 2023; the days in between are not known."""
SYNTHETIC_YEAR = 2024
ROUNDS = 52
BLUR = 6
SEED = 20240101
PROGRAMMES = ("asylum", "asylum", "asylum", "ukraine", "family-reunion", "land-programme")


@dataclass(frozen=True)
class Step:
    """One act of a city: a placement, or what happens to an earlier one of the same year."""

    key: str
    unit: str
    body: dict[str, Any]
    corrects: str | None = None
    withdraws: bool = False


def alliance() -> list[Step]:
    """The 18 people that the alliance's cities took in since 2019."""
    lines = ALLIANCE.read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return [Step(f"demo-alliance-{row['ags']}", row["ags"], _alliance_body(row)) for row in rows]


def _alliance_body(row: dict[str, str]) -> dict[str, Any]:
    return {
        "unit": row["ags"],
        "programme": "safe-harbour",
        "persons": int(row["persons"]),
        "effective_on": STATED_UNTIL,
        "reference": "2019-2023",
    }


def synthetic_year(units: dict[str, int]) -> Iterator[Step]:
    """A made-up year: every week four of those that owe most, by `units` (population), take in.

    How much somebody owes is blurred, as in life; some reports are corrected, some withdrawn.
    """
    chance = random.Random(SEED)  # noqa: S311  # made-up figures, the same in every run
    taken = dict.fromkeys(units, 0)
    for week in range(ROUNDS):
        monday = date(SYNTHETIC_YEAR, 1, 1) + timedelta(weeks=week)
        for number, unit in enumerate(_who_owes_most(units, taken, chance)):
            for step in _report(f"demo-{SYNTHETIC_YEAR}-{week}-{number}", unit, monday, chance):
                taken[unit] += step.body.get("persons", 0) if step.corrects is None else 0
                yield step


def _who_owes_most(
    units: dict[str, int], taken: dict[str, int], chance: random.Random
) -> list[str]:
    people, population = sum(taken.values()) + 40, sum(units.values())
    owed = {
        unit: people * weight / population - taken[unit] + chance.uniform(-BLUR, BLUR)
        for unit, weight in units.items()
    }
    return sorted(owed, key=lambda unit: -owed[unit])[:4]


def _report(key: str, unit: str, day: date, chance: random.Random) -> Iterator[Step]:
    persons = chance.randint(1, 12)
    body = {
        "unit": unit,
        "programme": chance.choice(PROGRAMMES),
        "persons": persons,
        "effective_on": day.isoformat(),
        "reference": f"SYN-{day.isoformat()}",
    }
    yield Step(key, unit, body)
    fate = chance.random()
    if fate < 0.08:
        change = {"persons": persons + chance.randint(1, 6), "reason": "late-report"}
        yield Step(f"{key}-correction", unit, change, corrects=key)
    elif fate < 0.11:
        yield Step(f"{key}-withdrawal", unit, {"reason": "never-arrived"}, key, withdraws=True)
