"""What somebody may do on the topics who should not be there."""

import random
from collections.abc import Iterable
from dataclasses import dataclass

from tests.chaos.clerk import Clerk
from tests.chaos.topic import Topic, altered, event, foreign_chain
from tests.end_to_end.placements import ENTRIES, UNITS, a_placement, head
from tests.end_to_end.quotas import eventually_some
from tests.end_to_end.system import System

PLACEMENTS, CROSSINGS = TOPICS = ("placements.v1", "crossings.v1")
AGAIN_SECONDS = 60


@dataclass(frozen=True)
class Mischief:
    """Nothing of it may change anything."""

    system: System
    bootstrap: str

    async def records(self, topic: str, most: int) -> list[bytes]:
        """The newest records; some, once the relay has sent again what a lost topic held."""

        async def found() -> list[bytes]:
            return await Topic(self.bootstrap, topic).last(most)

        records: list[bytes] = await eventually_some(found, f"{topic} has records", AGAIN_SECONDS)
        return records

    async def put(self, topic: str, values: Iterable[bytes]) -> None:
        """Send them, from the first again where the broker was killed a moment ago."""
        sent = list(values)

        async def are_sent() -> bool:
            await Topic(self.bootstrap, topic).put(sent)
            return True

        await eventually_some(are_sent, f"{topic} takes records", AGAIN_SECONDS)

    async def send_again(self, topic: str, most: int, chance: random.Random) -> None:
        """The newest records once more, in any order."""
        records = await self.records(topic, most)
        chance.shuffle(records)
        await self.put(topic, records)

    async def overtake(self, chance: random.Random) -> None:
        """True records in any order, on the topic about when the relay sends them itself."""
        before = await head(self.system)
        path = "/admissions/v1/placements/batch"
        batch = {"placements": [a_placement(unit=chance.choice(UNITS)) for _ in range(5)]}
        await Clerk(self.system).insist(self.system.coordination, path, batch)
        entries = await self.system.coordination.fed(ENTRIES, before)
        chance.shuffle(entries)
        await self.put(PLACEMENTS, map(event, entries))

    async def forge(self, most: int, length: int, *, hash_fits: bool) -> None:
        """An old entry altered, and what would follow on another ledger's newest one."""
        last = await head(self.system)
        entries = await self.system.coordination.fed(ENTRIES, max(last - most, 0))
        false = [altered(entries[0], hash_fits=hash_fits), *foreign_chain(entries[-1], length)]
        await self.put(PLACEMENTS, map(event, false))
