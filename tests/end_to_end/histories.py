"""Random work of many cities at once, repeatable by its seed."""

import asyncio
import random
from dataclasses import dataclass, field

import httpx

from tests.end_to_end.placements import (
    PLACEMENTS,
    PROGRAMMES,
    UNITS,
    a_day,
    a_placement,
    act,
    record,
)
from tests.end_to_end.system import Caller, Json, System

REASONS = ("typing-error", "counted-twice", "never-arrived", "late-report")


@dataclass
class City:
    """A unit's clerk: does one thing after another and knows its placements with their tags."""

    unit: str
    caller: Caller
    chance: random.Random
    placements: list[httpx.Response] = field(default_factory=list)

    def invent(self) -> Json:
        persons = self.chance.choice((1, 1, 1, 2, 3, 5, 8, 40))
        programme = self.chance.choice(PROGRAMMES)
        day = a_day(self.chance, days=self.chance.choice((30, 700, 9000)))
        return {
            "unit": self.unit,
            "programme": programme,
            "persons": persons,
            "effective_on": day,
        }

    async def work(self) -> None:
        """One act; each must be accepted."""
        kind = self.chance.random()
        if kind < 0.6 or not self.placements:
            self.placements.append(await record(self.caller, **self.invent()))
        elif kind < 0.68:
            await self.send_batch()
        else:
            chosen = self.chance.randrange(len(self.placements))
            await self.change(self.placements.pop(chosen))

    async def send_batch(self) -> None:
        sent = [a_placement(**self.invent()) for _ in range(self.chance.randint(1, 6))]
        answer = await self.caller.post(f"{PLACEMENTS}/batch", {"placements": sent})
        assert answer.status_code == 201, answer.text

    async def change(self, placement: httpx.Response) -> None:
        body: Json = {"reason": self.chance.choice(REASONS)}
        is_withdrawal = self.chance.random() < 0.4
        if not is_withdrawal:
            body |= self.different(placement.json())
        kind = "withdrawal" if is_withdrawal else "corrections"
        answer = await act(self.caller, placement, kind, body)
        assert answer.status_code == 201, answer.text
        if not is_withdrawal:
            self.placements.append(answer)

    def different(self, placement: Json) -> Json:
        """One to three fields, at least one of them with another value."""
        invented = self.invent()
        del invented["unit"]
        names = self.chance.sample(sorted(invented), self.chance.randint(1, 3))
        changes = {name: invented[name] for name in names}
        if all(placement[name] == value for name, value in changes.items()):
            changes["persons"] = placement["persons"] + 1
        return changes


async def live(system: System, seed: int, acts: int, at_once: int = 6) -> None:
    """`acts` acts by all units: each unit one after another, `at_once` units at a time.

    The coordination speaks for every third unit.
    """
    gate = asyncio.Semaphore(at_once)
    cities = [
        City(
            unit,
            system.coordination if number % 3 == 0 else system.city(unit),
            random.Random(f"{seed} {unit}"),
        )
        for number, unit in enumerate(UNITS)
    ]

    async def live_on(city: City, share: int) -> None:
        for _ in range(share):
            async with gate:
                await city.work()

    shares = [acts // len(cities) + (n < acts % len(cities)) for n in range(len(cities))]
    await asyncio.gather(*map(live_on, cities, shares))
