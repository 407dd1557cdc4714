"""Everything that may happen, in any order: Hypothesis chooses, the model says what must be."""

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    precondition,
    rule,
)

from tests.chaos.clerk import Clerk, Known
from tests.chaos.havoc import PROCESSES, SERVICES, Havoc
from tests.chaos.mischief import TOPICS, Mischief
from tests.end_to_end.definers import KINDS, Definer, open_quota
from tests.end_to_end.placements import PROGRAMMES, UNITS, today
from tests.end_to_end.system import Json, System
from tests.end_to_end.world import assert_world_agrees
from tests.sizes import sized

T = TypeVar("T")

STEP_SECONDS, AGREES_SECONDS = 300, 120
IS_LARGE = sized(small=False, large=True)


def day(age: int) -> str:
    """So many days ago."""
    return (today() - timedelta(days=age)).isoformat()


units = st.sampled_from(UNITS)
persons = st.sampled_from((1, 1, 2, 3, 5, 8, 40))
ages = st.sampled_from((0, 1, 30, 400, 4000)).flatmap(lambda most: st.integers(0, most))
programmes = st.sampled_from(PROGRAMMES)
seeds = st.integers(0, 999)
placements = st.fixed_dictionaries(
    {"unit": units, "programme": programmes, "persons": persons, "effective_on": ages.map(day)}
)
changes = st.fixed_dictionaries(
    {"persons": persons},
    optional={"programme": programmes, "effective_on": ages.map(day)},
)


@dataclass
class Driver:
    """Runs what a rule does in the loop of the system, from the machine's own thread."""

    system: System
    loop: asyncio.AbstractEventLoop
    agreed: int = 0
    """How many runs ended in a world that is as it must be."""

    def do(self, act: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(act, self.loop).result(STEP_SECONDS)


class AnythingInAnyOrder(RuleBasedStateMachine):
    """Cities, the coordination and disasters at work on a system that goes on through all runs."""

    known = Bundle("known")

    def __init__(self, driver: Driver) -> None:
        super().__init__()
        self.driver, self.system, self.do = driver, driver.system, driver.do
        self.system.tokens.clear()  # they end after an hour
        self.clerk = Clerk(self.system)
        self.havoc = Havoc(self.system)
        self.mischief = Mischief(self.system, self.havoc.bootstrap)

    @initialize(target=known, seed=seeds, first=placements)
    def begin(self, seed: int, first: Json) -> Known:
        self.quota: Definer = self.do(open_quota(self.system, seed))
        return self.do(self.clerk.record(first))

    @rule(target=known, placement=placements)
    def record(self, placement: Json) -> Known:
        return self.do(self.clerk.record(placement))

    @rule(batch=st.lists(placements, min_size=1, max_size=6))
    def record_batch(self, batch: list[Json]) -> None:
        self.do(self.clerk.record_batch(batch))

    @rule(placement=known, to=changes)
    def correct(self, placement: Known, to: Json) -> None:
        self.do(self.clerk.correct(placement, to))

    @rule(placement=consumes(known))
    def withdraw(self, placement: Known) -> None:
        self.do(self.clerk.withdraw(placement))

    @rule(placement=known, steps=st.integers(1, 14), later_days=st.integers(0, 300))
    def transfer(self, placement: Known, steps: int, later_days: int) -> None:
        self.do(self.clerk.transfer(placement, steps, later_days))

    @rule(kind=st.sampled_from(sorted(KINDS)), seed=seeds)
    def define(self, kind: str, seed: int) -> None:
        self.quota.chance = random.Random(seed)
        self.do(self.quota.post(kind, **getattr(self.quota, f"some_{kind}")()))

    @rule(topic=st.sampled_from(TOPICS), most=st.integers(1, 50), seed=seeds)
    def send_again(self, topic: str, most: int, seed: int) -> None:
        self.do(self.mischief.send_again(topic, most, random.Random(seed)))

    @rule(seed=seeds)
    def overtake_the_relay(self, seed: int) -> None:
        self.do(self.mischief.overtake(random.Random(seed)))

    @rule(most=st.integers(1, 20), hash_fits=st.booleans(), length=st.integers(1, 3))
    def forge(self, most: int, hash_fits: bool, length: int) -> None:
        self.do(self.mischief.forge(most, length, hash_fits=hash_fits))

    @rule(target=known, batch=st.lists(placements, min_size=1, max_size=4))
    def end_back_ends(self, batch: list[Json]) -> MultipleResults[Known]:
        self.havoc.end_back_ends()
        return self.meanwhile(batch)

    @precondition(lambda _: IS_LARGE)
    @rule(target=known, what=st.sampled_from(PROCESSES), batch=st.lists(placements, max_size=4))
    def kill(self, what: str, batch: list[Json]) -> MultipleResults[Known]:
        return self.meanwhile(batch, self.havoc.kill([what]))

    @precondition(lambda _: IS_LARGE)
    @rule(target=known, what=st.sampled_from(SERVICES), batch=st.lists(placements, max_size=4))
    def restart(self, what: str, batch: list[Json]) -> MultipleResults[Known]:
        return self.meanwhile(batch, self.havoc.restart([what]))

    @precondition(lambda _: IS_LARGE)
    @rule(target=known, topics=st.sets(st.sampled_from(TOPICS), min_size=1))
    def lose_topics(self, topics: set[str]) -> MultipleResults[Known]:
        self.do(self.havoc.delete_topics(sorted(topics)))
        return multiple()

    def meanwhile(
        self, batch: list[Json], *disasters: Coroutine[Any, Any, None]
    ) -> MultipleResults[Known]:
        """Record all at once while disasters strike."""

        async def together() -> list[Known]:
            records = [self.clerk.record(placement) for placement in batch]
            done = await asyncio.gather(*records, *disasters)
            return [one for one in done if one is not None]

        return multiple(*self.do(together()))

    def teardown(self) -> None:
        """The whole world is as the model has it, and all that was accepted is in it."""
        expected = self.do(assert_world_agrees(self.system, AGREES_SECONDS))
        entries = [one["placement"] for one in expected.entries if one["type"] == "recorded"]
        assert len(entries) == len(set(entries))
        assert set(self.clerk.recorded) <= set(entries)
        self.driver.agreed += 1
