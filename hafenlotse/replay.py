"""One Land counted again from its ledger and its definitions alone: what every number should be."""

from collections import Counter, deque
from collections.abc import Iterable
from datetime import date

from services.quota.domain.counts import Counts, Position
from services.quota.domain.crossings import Crossing
from services.quota.domain.definitions import Definition
from services.quota.domain.postings import Entry
from services.quota.domain.world import World
from shared.codes import Ags, Land, Programme, QuotaCode


class Replay:
    """Begins with nothing and takes entries in order; definitions come in where they were."""

    def __init__(self, land: Land, definitions: Iterable[Definition]) -> None:
        self._world = World.load(land, Position(), [], {})
        self._waiting = deque(definitions)
        self.daily: Counter[tuple[Ags, Programme, date]] = Counter()

    def apply(self, entry: Entry) -> list[Crossing]:
        """The crossings up to this entry and by it; raises OutOfOrder at a hole."""
        crossings = self._define(entry.sequence)
        crossings += self._world.apply(entry)
        for unit, programme, day, persons in entry.postings:
            self.daily[unit, programme, day] += persons
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
        return crossings
