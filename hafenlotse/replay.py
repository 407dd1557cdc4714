"""One Land counted again from its ledger and its definitions alone: what every number should be."""

from collections import Counter, deque
from collections.abc import Iterable, Set
from datetime import date

from services.quota.domain.counts import Counts, Position
from services.quota.domain.crossings import Crossing
from services.quota.domain.definitions import Definition
from services.quota.domain.postings import Entry
from services.quota.domain.world import World
from shared.codes import Ags, Land, Programme, QuotaCode


class Replay:
    """Begins with nothing and takes entries in order; definitions come in where they were.

    `passed` keeps the counts at the watched places (entry, definition) until they are taken.
    """

    def __init__(
        self, land: Land, definitions: Iterable[Definition], watched: Set[tuple[int, int]]
    ) -> None:
        self._world = World.load(land, Position(), [], {})
        self._waiting = deque(definitions)
        self._watched = watched
        self.daily: Counter[tuple[Ags, Programme, date]] = Counter()
        self.passed: dict[Position, dict[QuotaCode, Counts]] = {}

    def apply(self, entry: Entry) -> list[Crossing]:
        """The crossings up to this entry and by it; raises OutOfOrder at a hole."""
        crossings = self._define(entry.sequence)
        crossings += self._world.apply(entry)
        for unit, programme, day, persons in entry.postings:
            self.daily[unit, programme, day] += persons
        self._look()
        return crossings

    def finish(self) -> list[Crossing]:
        """The crossings by what was defined after the last entry."""
        return self._define(None)

    @property
    def position(self) -> Position:
        return self._world.position

    def counts(self) -> dict[QuotaCode, Counts]:
        """What is to be stored of every quota."""
        return self._world.counts()

    def _define(self, before: int | None) -> list[Crossing]:
        crossings: list[Crossing] = []
        while self._waiting and (before is None or self._waiting[0].ledger_sequence < before):
            crossings += self._world.define(self._waiting.popleft(), self.daily)
            self._look()
        return crossings

    def _look(self) -> None:
        at = self._world.position
        if (at.sequence, at.definition) in self._watched:
            self.passed[at] = self._world.counts()
