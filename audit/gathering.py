"""Refusals wait in bounded memory until they are written down; floods are summed."""

import hashlib
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from audit.record import Outcome, Record
from shared.clock import now

MOST_RECORDS, MOST_SUMS = 10_000, 2_000
MINUTE = timedelta(minutes=1)
LOST = "audit-log"


class Flood(NamedTuple):
    """What is summed: a client address, who it said to be, and why it was refused what."""

    address: str
    actor: str | None
    act: str
    reason: str | None


@dataclass(slots=True)
class Sum:
    """The last of so many more like a first one, until a moment."""

    until: datetime
    last: Record
    more: int = 0


@dataclass
class Gathering:
    """Records on their way to the database; what has no room is counted, and said.

    An address is personal, so only a digest of it is kept, by a key that goes with the process:
    it tells the rows of one client from those of others, and leads to nobody.
    """

    clock: Callable[[], datetime] = now
    waiting: deque[Record] = field(default_factory=deque)
    sums: dict[Flood, Sum] = field(default_factory=dict)
    lost: int = 0
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def add(self, record: Record) -> None:
        """Remember a record."""
        if len(self.waiting) < MOST_RECORDS:
            self.waiting.append(record)
        else:
            self.lost += 1

    def add_up(self, record: Record, address: str) -> None:
        """Remember the first such record of an address in a minute, and count the others."""
        name = hashlib.blake2b(address.encode(), key=self._key, digest_size=6).hexdigest()
        flood = Flood(name, record.actor, record.act, record.reason)
        if known := self.sums.get(flood):
            known.last, known.more = record, known.more + 1
        elif len(self.sums) < MOST_SUMS:
            self.sums[flood] = Sum(record.at + MINUTE, record)
            self.add(replace(record, thing=f"address {name}"))
        else:
            self.lost += 1

    def take(self, most: int, *, is_last: bool = False) -> list[Record]:
        """What is to be written down now; sums when their minute is over, or at the end."""
        moment = self.clock()
        for flood, one in list(self.sums.items()):
            if is_last or one.until <= moment:
                del self.sums[flood]
                if one.more:
                    said = f"address {flood.address}, {one.more} times more"
                    self.waiting.append(replace(one.last, thing=said))
        taken = [self.waiting.popleft() for _ in range(min(most, len(self.waiting)))]
        if self.lost:
            thing = f"{self.lost} records"
            taken.append(Record(moment, None, (), LOST, thing, Outcome.FAILED, "no-room"))
            self.lost = 0
        return taken

    def give_back(self, taken: list[Record]) -> None:
        """They could not be written down: they come first the next time."""
        self.waiting.extendleft(reversed(taken))
