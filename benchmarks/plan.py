"""Who submits what and when: drawn before the first request, so that nothing slow delays it."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import orjson

SAFE_HARBOURS = ("01001", "01002", "01003")
PROGRAMMES = ("asylum", "asylum", "ukraine", "ukraine", "family-reunion", "land-programme")
PERSONS, HOW_OFTEN = (1, 2, 3, 4, 5, 8), (30, 20, 15, 12, 8, 3)
SAFE_HARBOUR_SHARE = 0.1
OWES_MOST_SHARE = 0.5
BLUR_PERSONS = 6.0
DAYS = 300


@dataclass(frozen=True, slots=True)
class Planned:
    """One POST: seconds after the begin when it is due, the city that sends it, and its body."""

    due_seconds: float
    unit: str
    body: bytes
    is_batch: bool = False


class Cities:
    """What cities would submit: half by population, half by who owes most, with noise.

    Balances so stay within some persons of zero, and about every placement makes a crossing:
    far more than in life, for alerts are what is measured.
    """

    def __init__(self, weights: Mapping[str, int], credited: Mapping[str, int], seed: int) -> None:
        """`credited` are the people that count already, by unit."""
        self._units, self._weights = list(weights), list(weights.values())
        self._taken = [credited.get(unit, 0) for unit in self._units]
        self._chance = random.Random(seed)

    def plan(self, per_second: int, seconds: int, in_one: int = 1) -> list[Planned]:
        """Requests at random instants of the time, as of senders that know nothing of each other.

        `per_second` counts placements; `in_one` of them go into a request, a batch if several.
        """
        count = per_second * seconds // in_one
        instants = sorted(self._chance.uniform(0, seconds) for _ in range(count))
        return [self._request(instant, in_one) for instant in instants]

    def _request(self, instant: float, in_one: int) -> Planned:
        number = self._next_unit()
        placements = [self._placement(number) for _ in range(in_one)]
        document = {"placements": placements} if in_one > 1 else placements[0]
        return Planned(instant, self._units[number], orjson.dumps(document), in_one > 1)

    def _next_unit(self) -> int:
        numbers = range(len(self._units))
        if self._chance.random() > OWES_MOST_SHARE:
            return self._chance.choices(numbers, self._weights)[0]
        per_weight = sum(self._taken) / sum(self._weights)
        return max(numbers, key=lambda number: self._owed(number, per_weight))

    def _owed(self, number: int, per_weight: float) -> float:
        blur = self._chance.uniform(-BLUR_PERSONS, BLUR_PERSONS)
        return per_weight * self._weights[number] - self._taken[number] + blur

    def _placement(self, number: int) -> dict[str, object]:
        unit = self._units[number]
        persons = self._chance.choices(PERSONS, HOW_OFTEN)[0]
        self._taken[number] += persons
        day = date(2024, 1, 1) + timedelta(days=self._chance.randrange(DAYS))
        return {
            "unit": unit,
            "programme": self._programme(unit),
            "persons": persons,
            "effective_on": day.isoformat(),
        }

    def _programme(self, unit: str) -> str:
        if unit in SAFE_HARBOURS and self._chance.random() < SAFE_HARBOUR_SHARE:
            return "safe-harbour"
        return self._chance.choice(PROGRAMMES)
