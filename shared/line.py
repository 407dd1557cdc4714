"""One Land's numbered events, each applied once and in order, whatever Kafka brings."""

import asyncio
import logging
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, Protocol, TypeVar

import msgspec

from shared.codes import Land
from shared.letters import letter_of
from shared.postgres import LandHeld, OwnershipLost, is_outage
from shared.records import Record
from shared.store.dead_letters import DeadLetter

B = TypeVar("B")
R = TypeVar("R")
FEED_PAGE = 1000
APPLIED_AT_ONCE = 2000
MOST_SUSPECTS = 5000
TRIES = 20
log = logging.getLogger(__name__)


class FeedUnavailable(Exception):
    """The truth can't be asked now; the Land waits and asks again."""


class Event(msgspec.Struct, Generic[B], gc=False):
    """A numbered event of a Land; body None announces a head and has no place in the order.

    `fingerprint` tells two events of one number apart; `previous` is the fingerprint that it
    follows, None where the line has no chain. `record` is what it was read
    from, to bury if it proves false.
    """

    land: Land
    sequence: int
    fingerprint: str
    previous: str | None
    body: B | None
    record: Record | None = None


class Reached(NamedTuple):
    """The last applied number of a Land and its fingerprint."""

    sequence: int
    fingerprint: str


class Applier(Protocol[B]):
    """What a service does with the events of a Land; every method may raise Failures."""

    async def load_reached(self, land: Land) -> Reached:
        """The applied position, read afresh; LandHeld when the Land is held."""

    async def apply(self, land: Land, events: Sequence[Event[B]]) -> None:
        """Apply the next events in one fenced transaction, or raise OwnershipLost."""

    async def load_fingerprints(self, land: Land, low: int, high: int) -> dict[int, str]:
        """The fingerprints of what was applied, by number, both ends included."""

    async def fetch(self, land: Land, after: int, limit: int) -> Sequence[Event[B]]:
        """The truth from its owner, in order, or FeedUnavailable."""

    async def hold(self, land: Land, reason: str) -> None:
        """Apply nothing more to this Land until an operator rebuilds it."""

    async def bury(self, letters: list[DeadLetter]) -> None:
        """Keep the letters."""


@dataclass
class Line(Generic[B]):
    """The events of one Land. What is not the next in order is settled by asking the feed.

    While the feed gives no answer the line is `behind`: it only remembers what comes. What it
    `waits_for` is a sentence about its Land, told in the log whenever it is another one.
    """

    land: Land
    applier: Applier[B]
    reached: Reached | None = None
    suspects: list[Event[B]] = field(default_factory=list)
    is_behind: bool = False
    waits_for: str | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_full(self) -> bool:
        """Whether more should not be taken until the feed has answered."""
        return len(self.suspects) >= MOST_SUSPECTS

    async def take(self, events: Sequence[Event[B]]) -> None:
        """Apply what is next, drop repeats, settle the rest or leave it to `settle`.

        Raises an outage, after which the same may be taken again, or LandHeld.
        """
        if self.is_behind:
            self.suspects += events
            return
        async with self.lock:
            self.suspects.extend(await self._walk_or_doubt(events))
            if self.is_behind or self.suspects:
                await self._settle()

    async def settle(self) -> None:
        """Ask the feed again about what is not yet understood."""
        async with self.lock:
            await self._settle()

    async def _walk_or_doubt(self, events: Sequence[Event[B]]) -> Sequence[Event[B]]:
        """What is not next in order; everything, where something in it can't be applied at all."""
        try:
            return await self._until_owned(lambda: self._walk(events))
        except Exception as failure:
            if is_outage(failure):
                raise
            if not isinstance(failure, LandHeld):  # which settling says
                log.exception("Land %s: a batch can't be applied, the feed is asked", self.land)
            self.is_behind = True
            return events

    async def _until_owned(self, act: Callable[[], Awaitable[R]]) -> R:
        for _ in range(TRIES):
            try:
                return await act()
            except OwnershipLost:
                log.info("position of Land %s moved meanwhile, loading it again", self.land)
                self.reached = None
            except BaseException:
                self.reached = None
                raise
        raise OwnershipLost(f"the position of Land {self.land} moved {TRIES} times")

    async def _walk(self, events: Sequence[Event[B]]) -> list[Event[B]]:
        start = await self._position()
        ready, repeats, strange = _in_order(events, start)
        for cut in range(0, len(ready), APPLIED_AT_ONCE):
            await self._apply(ready[cut : cut + APPLIED_AT_ONCE])
        return strange + await self._false_repeats(repeats, start, ready)

    async def _position(self) -> Reached:
        if self.reached is None:
            self.reached = await self.applier.load_reached(self.land)
        return self.reached

    async def _apply(self, events: Sequence[Event[B]]) -> None:
        await self.applier.apply(self.land, events)
        self.reached = Reached(events[-1].sequence, events[-1].fingerprint)

    async def _false_repeats(
        self, repeats: list[Event[B]], start: Reached, ready: list[Event[B]]
    ) -> list[Event[B]]:
        if not repeats:
            return []
        known = {event.sequence: event.fingerprint for event in ready}
        known[start.sequence] = start.fingerprint
        known |= await self._applied({event.sequence for event in repeats} - known.keys())
        return [one for one in repeats if known.get(one.sequence) != one.fingerprint]

    async def _applied(self, wanted: Iterable[int]) -> dict[int, str]:
        """Fingerprints of what was applied; asked for in spans, as the numbers may lie apart."""
        known: dict[int, str] = {}
        numbers = sorted(wanted)
        while numbers:
            low, high = numbers[0], min(numbers[0] + FEED_PAGE, numbers[-1])
            known |= await self.applier.load_fingerprints(self.land, low, high)
            numbers = numbers[bisect_right(numbers, high) :]
        return known

    async def _settle(self) -> None:
        """Apply what the feed has, then judge every suspect by it; while it is silent, wait."""
        self.is_behind = True
        try:
            while self.is_behind:
                await self._until_owned(self._apply_feed)
                asked = len(self.suspects)  # more may be remembered meanwhile
                self.suspects[:asked] = await self._judge(self.suspects[:asked])
                self.is_behind = bool(self.suspects)
            self.waits_for = None
        except LandHeld as reason:
            self._tell(logging.CRITICAL, f"is held until an operator rebuilds it: {reason}")
            raise
        except FeedUnavailable as reason:
            self._tell(logging.WARNING, f"waits until the feed answers: {reason}")
        except Exception:
            self.waits_for = f"Land {self.land} waits, its feed can't be applied"
            log.exception("%s", self.waits_for)

    def _tell(self, level: int, what: str) -> None:
        if (sentence := f"Land {self.land} {what}") != self.waits_for:
            log.log(level, "%s", sentence)
        self.waits_for = sentence

    async def _apply_feed(self) -> None:
        while True:
            at = await self._position()
            events = await self.applier.fetch(self.land, at.sequence, FEED_PAGE)
            if not events:
                return
            if events[0].sequence == at.sequence + 1 and not follows(events[0], *at):
                await self._hold(f"entry {at.sequence} is not the one that the ledger chains on")
            for event in events:
                if not follows(event, *at):
                    raise FeedUnavailable(f"{event.sequence} does not follow {at.sequence} in it")
                at = Reached(event.sequence, event.fingerprint)
            log.info("Land %s: %d events from the feed, to %d", self.land, len(events), at.sequence)
            await self._apply(events)

    async def _judge(self, suspects: list[Event[B]]) -> list[Event[B]]:
        """Bury what is false; what turns out true but not applied yet is left."""
        known = await self._applied({event.sequence for event in suspects})
        letters, left = [], []
        for event in suspects:
            applied = known.get(event.sequence)
            if applied == event.fingerprint:
                continue
            truth = await self._truth(event.sequence)
            if applied not in (None, truth):
                await self._hold(f"what was applied as {event.sequence} is not in the feed")
            if truth != event.fingerprint:
                letters += self._letter(event, truth)
            elif event.sequence > (await self._position()).sequence:
                left.append(event)
        await self.applier.bury(letters)
        return left

    async def _truth(self, sequence: int) -> str | None:
        found = await self.applier.fetch(self.land, sequence - 1, 1)
        return next((one.fingerprint for one in found if one.sequence == sequence), None)

    def _letter(self, event: Event[B], truth: str | None) -> list[DeadLetter]:
        log.error("Land %s: event %d is not in the feed", self.land, event.sequence)
        reason = "beyond-head" if truth is None else "differs-from-ledger"
        detail = f"number {event.sequence} of Land {self.land} is not what its owner recorded"
        return [letter_of(event.record, reason, detail)] if event.record else []

    async def _hold(self, reason: str) -> None:
        await self.applier.hold(self.land, reason)
        raise LandHeld(reason)


def _in_order(
    events: Sequence[Event[B]], at: Reached
) -> tuple[list[Event[B]], list[Event[B]], list[Event[B]]]:
    """What is next, one after the other; what has a known number; and the rest."""
    ready: list[Event[B]] = []
    repeats: list[Event[B]] = []
    strange: list[Event[B]] = []
    reached, fingerprint = at.sequence, at.fingerprint
    for event in events:
        number = event.sequence
        if number <= reached:
            repeats.append(event)
        elif event.body is not None and follows(event, reached, fingerprint):
            ready.append(event)
            reached, fingerprint = number, event.fingerprint
        else:
            strange.append(event)
    return ready, repeats, strange


def follows(event: Event[B], reached: int, fingerprint: str) -> bool:
    """Whether an event is the next one, and chains to the one before it where there is a chain."""
    return event.sequence == reached + 1 and event.previous in (None, fingerprint)
