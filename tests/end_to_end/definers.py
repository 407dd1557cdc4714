"""Random definitions of a quota of the test's own, repeatable by their seed."""

import random
import uuid
from dataclasses import dataclass

from tests.end_to_end.placements import PROGRAMMES, UNITS, a_day
from tests.end_to_end.quotas import QUOTAS
from tests.end_to_end.system import Json, System

KINDS = {"keys": 3, "members": 4, "rules": 4, "tolerance": 3, "period": 1}
"""What is posted, and how often of each."""
LONG_AGO_DAYS = 9000


@dataclass
class Definer:
    """The coordination at work on one quota; each definition must be accepted."""

    system: System
    quota: str
    chance: random.Random

    async def post(self, what: str, **body: object) -> None:
        path = f"{QUOTAS}/{self.quota}/{what}"
        source = {"source": "made up for this test"}
        answer = await self.system.coordination.post(path, source | body)
        assert answer.status_code == 201, f"{what} {body}: {answer.text}"

    async def work(self) -> None:
        """One definition of a random kind."""
        [what] = self.chance.choices(list(KINDS), list(KINDS.values()))
        body: Json = getattr(self, f"some_{what}")()
        await self.post(what, **body)

    def a_term(self) -> Json:
        """From a random day: open, up to a random day, or cancelled by an end before it."""
        first = a_day(self.chance, LONG_AGO_DAYS)
        return {"from": first, "to": self.chance.choice((None, None, a_day(self.chance, 9000)))}

    def some_keys(self) -> Json:
        weights = {unit: f"{self.chance.randint(1, 300)}.50" for unit in UNITS}
        day = a_day(self.chance, LONG_AGO_DAYS)
        return {"kind": "population", "valid_from": day, "published_on": day, "weights": weights}

    def some_members(self) -> Json:
        return {"unit": self.chance.choice(UNITS[:6])} | self.a_term()

    def some_rules(self) -> Json:
        share = self.chance.choice(("0", "1", "1/2", "0.25", "1/3"))
        return {"programme": self.chance.choice(("*", *PROGRAMMES)), "share": share} | self.a_term()

    def some_tolerance(self) -> Json:
        persons, releases = self.chance.choice(
            [
                ("0", ["0"]),
                ("0.5", ["1/3"]),
                ("1", ["0", "0.5", "1"]),
                ("7/2", ["1", "3.5"]),
                (None, ["0", "2"]),
            ]
        )
        body: Json = {"persons": persons}
        if persons is None or self.chance.random() < 0.5:
            body["percent"] = self.chance.choice(("0", "5", "12.5", "100/3"))
        if self.chance.random() < 0.5:
            body["release"] = self.chance.choice(releases)
        return body

    def some_period(self) -> Json:
        period = self.chance.choice(("continuous", "continuous", "year", "half-year"))
        return {"period": period, "carry_over": self.chance.random() < 0.5}


async def open_quota(system: System, seed: int) -> Definer:
    """A quota with a key, six members and one rule for everything."""
    chance = random.Random(f"definitions {seed}")
    quota = f"made-up-{uuid.uuid4().hex[:8]}"
    body = {"quota": quota, "land": "01", "name": "Versuch", "source": "made up for this test"}
    answer = await system.coordination.post(QUOTAS, body)
    assert answer.status_code == 201, answer.text
    definer = Definer(system, quota, chance)
    await definer.post("keys", **definer.some_keys())
    for unit in UNITS[:6]:
        await definer.post("members", unit=unit, **{"from": "1990-01-01"})
    await definer.post("rules", programme="*", share="1", **{"from": "1990-01-01"})
    return definer
