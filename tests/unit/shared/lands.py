"""A Land in memory: what its owner recorded, and a reader that applies what it is brought."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

from msgspec.structs import replace

from shared.codes import Land
from shared.line import Event, FeedUnavailable, Line, Reached
from shared.postgres import LandHeld as Held
from shared.postgres import OwnershipLost
from shared.records import Record
from shared.store.dead_letters import DeadLetter

LAND = Land("01")
GENESIS = "start"


def an_event(sequence: int, *, previous: str | None = None, mark: str = "") -> Event[str]:
    """A true event; with a mark a forged one, which leaves a letter that carries the mark."""
    fingerprint = f"print {sequence}{mark}"
    chain = previous if previous is not None else true_print(sequence - 1)
    event = Event(LAND, sequence, fingerprint, chain, f"body {sequence}{mark}")
    return replace(event, record=a_record(fingerprint)) if mark else event


def a_head(sequence: int, mark: str = "") -> Event[str]:
    """The announcement of a head, forged if it is marked."""
    fingerprint = f"print {sequence}{mark}"
    record = a_record(fingerprint) if mark else None
    return Event(LAND, sequence, fingerprint, None, None, record)


def true_print(sequence: int) -> str:
    return f"print {sequence}" if sequence else GENESIS


def a_record(mark: str) -> Record:
    """A record whose value is its mark."""
    return Record("topic", 0, 0, None, mark.encode())


@dataclass
class LandInMemory:
    """An Applier: `true` is what the feed serves, `applied` what was applied, in order."""

    true: list[Event[str]] = field(default_factory=list)
    applied: list[Event[str]] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    held: str | None = None
    feed_is_down: bool = False
    lost_in_a_row: int = 0
    asked: list[tuple[int, int]] = field(default_factory=list)
    fetches: int = 0
    refused: Callable[[Event[str]], Exception | None] = lambda _event: None
    land: Land = LAND
    genesis: str = GENESIS

    @classmethod
    def of(cls, count: int) -> Self:
        return cls([an_event(number) for number in range(1, count + 1)])

    def line(self) -> Line[str]:
        return Line(self.land, self)

    @property
    def numbers(self) -> list[int]:
        return [event.sequence for event in self.applied]

    @property
    def buried(self) -> list[tuple[str, str]]:
        return [((one.value or b"").decode(), one.reason) for one in self.letters]

    async def load_reached(self, land: Land) -> Reached:
        assert land == self.land
        if self.held:
            raise Held(self.held)
        last = self.applied[-1] if self.applied else None
        return Reached(last.sequence, last.fingerprint) if last else Reached(0, self.genesis)

    async def apply(self, land: Land, events: Sequence[Event[str]]) -> None:
        assert land == self.land
        if self.lost_in_a_row:
            self.lost_in_a_row -= 1
            raise OwnershipLost
        for event in events:
            if failure := self.refused(event):
                raise failure
        expected = range(len(self.applied) + 1, len(self.applied) + len(events) + 1)
        if [event.sequence for event in events] != list(expected):
            raise OwnershipLost  # as the fence in the database would say
        self.applied += events

    async def load_fingerprints(self, land: Land, low: int, high: int) -> dict[int, str]:
        assert land == self.land
        self.asked.append((low, high))
        return {
            event.sequence: event.fingerprint
            for event in self.applied
            if low <= event.sequence <= high
        }

    async def fetch(self, land: Land, after: int, limit: int) -> Sequence[Event[str]]:
        assert land == self.land
        self.fetches += 1
        if self.feed_is_down:
            raise FeedUnavailable("switched off by the test")
        return self.true[after : after + limit]

    async def hold(self, land: Land, reason: str) -> None:
        assert land == self.land
        self.held = reason

    async def bury(self, letters: list[DeadLetter]) -> None:
        self.letters += letters
