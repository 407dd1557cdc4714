"""One Land's numbered events, each applied once and in order, whatever Kafka brings."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from shared.codes import Land
from shared.store.dead_letters import DeadLetter

B = TypeVar("B")
FEED_PAGE = 1000
APPLIED_AT_ONCE = 1000
log = logging.getLogger(__name__)


class OwnershipLost(Exception):
    """Another owner, or a definition, moved the Land's position: load it again."""


class LandHeld(Exception):
    """Something false was applied: the Land waits until an operator rebuilds it."""


class FeedUnavailable(Exception):
    """The truth can't be asked now; the Land waits and asks again."""


@dataclass(frozen=True, slots=True)
class Event(Generic[B]):
    """A numbered event of a Land; body None announces a head and has no place in the order.

    `fingerprint` tells two events of one number apart; `previous` is the fingerprint that it
    follows, None where the line has no chain. `letter` is what to bury if it proves false.
    """

    land: Land
    sequence: int
    fingerprint: str
    previous: str | None
    body: B | None
    letter: Callable[[str, str], DeadLetter] | None = None


@dataclass(frozen=True, slots=True)
class Reached:
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
    """The events of one Land. What is not the next in order is settled by asking the feed."""

    land: Land
    applier: Applier[B]
    reached: Reached | None = None
    suspects: list[Event[B]] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def take(self, events: Sequence[Event[B]]) -> None:
        """Apply what is next, drop repeats, settle the rest; all or an exception."""
        async with self.lock:
            await self._until_owned(lambda: self._walk(events))
            await self._settle_if_suspicious()

    async def settle(self) -> None:
        """Ask the feed again about what is not yet understood."""
        async with self.lock:
            await self._settle_if_suspicious()

    async def _until_owned(self, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                return await act()
            except OwnershipLost:
                log.info("position of Land %s moved meanwhile, loading it again", self.land)
                self.reached = None
            except BaseException:
                self.reached = None
                raise

    async def _walk(self, events: Sequence[Event[B]]) -> None:
        at = start = await self._position()
        ready: list[Event[B]] = []
        repeats: list[Event[B]] = []
        strange: list[Event[B]] = []
        for event in events:
            if event.sequence <= at.sequence:
                repeats.append(event)
            elif event.body is not None and follows(event, at):
                ready.append(event)
                at = Reached(event.sequence, event.fingerprint)
            else:
                strange.append(event)
        for cut in range(0, len(ready), APPLIED_AT_ONCE):
            await self._apply(ready[cut : cut + APPLIED_AT_ONCE])
        strange += await self._false_repeats(repeats, start, ready)
        self.suspects += strange

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
        known = {event.sequence: event.fingerprint for event in ready}
        known[start.sequence] = start.fingerprint
        asked = [event.sequence for event in repeats if event.sequence not in known]
        if asked:
            known |= await self.applier.load_fingerprints(self.land, min(asked), max(asked))
        return [one for one in repeats if known.get(one.sequence) != one.fingerprint]

    async def _settle_if_suspicious(self) -> None:
        if not self.suspects:
            return
        try:
            await self._until_owned(self._apply_feed)
            await self._judge(self.suspects)
        except FeedUnavailable as reason:
            log.warning("Land %s is held at a hole until the feed answers: %s", self.land, reason)
        else:
            self.suspects = []

    async def _apply_feed(self) -> None:
        while True:
            at = await self._position()
            events = await self.applier.fetch(self.land, at.sequence, FEED_PAGE)
            if not events:
                return
            if not follows(events[0], at):
                await self._hold(f"entry {at.sequence} is not the one that the ledger chains on")
            log.info(
                "Land %s: %d events from the feed, after %d", self.land, len(events), at.sequence
            )
            await self._apply(events)

    async def _judge(self, suspects: list[Event[B]]) -> None:
        low, high = (pick(event.sequence for event in suspects) for pick in (min, max))
        known = await self.applier.load_fingerprints(self.land, low, high)
        letters = []
        for event in suspects:
            if known.get(event.sequence) != event.fingerprint:
                letters += await self._accuse(event, known.get(event.sequence))
        await self.applier.bury(letters)

    async def _accuse(self, event: Event[B], applied: str | None) -> list[DeadLetter]:
        truth = await self.applier.fetch(self.land, event.sequence - 1, 1)
        true_print = truth[0].fingerprint if truth else None
        if applied is not None and true_print != applied:
            await self._hold(f"what was applied as {event.sequence} is not in the feed")
        if true_print == event.fingerprint:
            return []
        log.error("Land %s: event %d is not in the feed", self.land, event.sequence)
        reason = "beyond-head" if true_print is None else "differs-from-ledger"
        detail = f"number {event.sequence} of Land {self.land} is not what its owner recorded"
        return [event.letter(reason, detail)] if event.letter else []

    async def _hold(self, reason: str) -> None:
        log.critical("Land %s is held until an operator rebuilds it: %s", self.land, reason)
        await self.applier.hold(self.land, reason)
        raise LandHeld(reason)


def follows(event: Event[B], at: Reached) -> bool:
    """Whether an event is the next one, and chains to the one before it where there is a chain."""
    return event.sequence == at.sequence + 1 and event.previous in (None, at.fingerprint)
