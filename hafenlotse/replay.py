"""One Land counted again from its ledger and its definitions alone: what every number should be."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date

from services.quota.domain.counts import Counts, Daily, Position
from services.quota.domain.crossings import Crossing
from services.quota.domain.definitions import Definition
from services.quota.domain.postings import Entry
from services.quota.domain.world import World
from shared.codes import Ags, Land, Programme, QuotaCode, Standing


@dataclass(frozen=True)
class Rebuild:
    """After this entry and this definition a Land that had counted something false was rebuilt.

    The crossings above `founded` up to `crossing` were raised by it and stay; those that the
    ledger makes instead were not raised, but where each unit then stood was.
    """

    sequence: int
    definition: int
    founded: int
    crossing: int
    unfounded: Sequence[Crossing]


class Replay:
    """Begins with nothing and takes entries in order; definitions come in where they were.

    `passed` keeps the counts at the watched places (entry, definition) until they are taken,
    `passed_days` the people by day after the watched entries.
    """

    def __init__(
        self,
        land: Land,
        definitions: Iterable[Definition],
        watched: Set[tuple[int, int]],
        rebuilds: Iterable[Rebuild] = (),
        watched_days: Set[int] = frozenset(),
    ) -> None:
        self._world = World.load(land, Position(), [], {})
        self._waiting = deque(definitions)
        self._watched, self._watched_days = watched, watched_days
        self._rebuilds = deque(rebuilds)
        self._announced: dict[tuple[QuotaCode, Ags], Standing] = {}
        self.daily: Counter[tuple[Ags, Programme, date]] = Counter()
        self.passed: dict[Position, dict[QuotaCode, Counts]] = {}
        self.passed_days: dict[int, Daily] = {}

    def apply(self, entry: Entry) -> list[Crossing]:
        """The crossings up to this entry and by it; raises OutOfOrder at a hole."""
        crossings = self._define(entry.sequence)
        crossings += self._announce(self._world.apply(entry))
        for each in entry.postings:
            self.daily[each.unit, each.programme, each.effective_on] += each.persons
        if entry.sequence in self._watched_days:
            self.passed_days[entry.sequence] = dict(self.daily)
        return crossings + self._arrive()

    def apply_all(self, entries: Iterable[Entry]) -> list[Crossing]:
        """The crossings up to the last of these entries."""
        return [crossing for entry in entries for crossing in self.apply(entry)]

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
            crossings += self._announce(self._world.define(self._waiting.popleft(), self.daily))
            crossings += self._arrive()
        return crossings

    def _announce(self, crossings: Sequence[Crossing]) -> Sequence[Crossing]:
        """Those that were raised at their time: all, but where something else was counted."""
        if self._rebuilds:
            founded = self._rebuilds[0].founded
            crossings = [crossing for crossing in crossings if crossing.sequence <= founded]
        self._remember(crossings)
        return crossings

    def _remember(self, crossings: Iterable[Crossing]) -> None:
        self._announced.update({(each.quota, each.unit): each.after for each in crossings})

    def _arrive(self) -> list[Crossing]:
        """What a rebuild at this place raised; then the counts here, if they are watched."""
        place, crossings = self._place(), []
        while self._rebuilds and place == (
            self._rebuilds[0].sequence,
            self._rebuilds[0].definition,
        ):
            rebuild = self._rebuilds.popleft()
            self._remember(rebuild.unfounded)
            crossings += self._world.correct(self._announced, rebuild.crossing)
            self._remember(crossings)
        if place in self._watched:
            self.passed[self._world.position] = self._world.counts()
        return crossings

    def _place(self) -> tuple[int, int]:
        return self._world.position.sequence, self._world.position.definition
