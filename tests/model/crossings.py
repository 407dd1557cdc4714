"""The model itself: one Land's entries and definitions, applied one by one, and what crosses."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.model.definitions import CAUSES, Definition
from tests.model.quota import Place, Quota, Sums, summed
from tests.model.standings import ON_QUOTA

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Crossing:
    """A unit's standing changed; persons are exact."""

    sequence: int
    quota: str
    unit: str
    before: str
    after: str
    credited: Fraction
    target: Fraction
    balance: Fraction
    cause: str
    ledger_sequence: int
    definition: int


class Model:
    """A Land before its first entry and definition."""

    def __init__(self) -> None:
        self.sequence = 0
        self.definition = 0
        self.quotas: dict[str, Quota] = {}
        self.persons: Counter[Place] = Counter()
        self.standings: dict[tuple[str, str], str] = {}
        self.crossings: list[Crossing] = []

    def apply_entry(self, entry: Entry) -> None:
        """Apply a ledger entry as the feed shows it; it must be the next one."""
        if entry["sequence"] != self.sequence + 1:
            raise ValueError(f"after entry {self.sequence} came {entry['sequence']}")
        self.sequence = entry["sequence"]
        posted = summed(entry["postings"])
        self.persons.update(posted)
        units = {unit for unit, _, _ in posted}
        for quota in sorted(self.quotas):
            if any(map(self.quotas[quota].account_of, posted)):  # else it counts nothing there
                self._cross(quota, lambda unit: cause_of(entry["type"], is_posted=unit in units))

    def define(self, definition: Definition) -> None:
        """Apply a definition; it must not be older than the last one."""
        if definition.number < self.definition:
            raise ValueError(f"after definition {self.definition} came {definition.number}")
        self.definition = definition.number
        self.quotas.setdefault(definition.quota, Quota()).define(definition)
        self._cross(definition.quota, lambda _: CAUSES[definition.kind])

    def sums(self, quota: str) -> dict[str, Sums]:
        """Unit → credited, target and balance now."""
        return self.quotas[quota].sums(self.persons)

    def _cross(self, quota: str, cause: Callable[[str], str]) -> None:
        defined = self.quotas[quota]
        for unit, sums in sorted(self.sums(quota).items()):
            before = self.standings.get((quota, unit), ON_QUOTA)
            after = defined.tolerance.standing(before, sums.balance, sums.target)
            self.standings[quota, unit] = after
            if after != before and defined.closed_on is None:
                self._announce(quota, unit, (before, after), sums, cause(unit))

    def _announce(
        self, quota: str, unit: str, standings: tuple[str, str], sums: Sums, cause: str
    ) -> None:
        before, after = standings
        self.crossings.append(
            Crossing(
                sequence=len(self.crossings) + 1,
                quota=quota,
                unit=unit,
                before=before,
                after=after,
                credited=sums.credited,
                target=sums.target,
                balance=sums.balance,
                cause=cause,
                ledger_sequence=self.sequence,
                definition=self.definition,
            )
        )


def cause_of(entry_type: str, *, is_posted: bool) -> str:
    """Why a unit crossed by an entry; only a new placement differs between units."""
    if entry_type == "recorded":
        return "own-placement" if is_posted else "other-placement"
    return "transfer" if entry_type == "transferred" else "correction"


def replay(entries: Sequence[Entry], definitions: Sequence[Definition]) -> Model:
    """The Land after all of it: each definition right after the entry that it names."""
    model = Model()
    go_on(model, entries, definitions)
    return model


def go_on(model: Model, entries: Sequence[Entry], definitions: Sequence[Definition]) -> None:
    """Apply what is new to the model of a whole ledger and all definitions."""
    new = [definition for definition in definitions if definition.number > model.definition]
    define_after(model, new)
    for entry in entries[model.sequence :]:
        model.apply_entry(entry)
        define_after(model, new)
    if new and model.definition != new[-1].number:
        raise ValueError("a definition came late: it belongs before what was applied already")


def define_after(model: Model, definitions: Sequence[Definition]) -> None:
    """Apply the definitions that follow right on the model's last entry."""
    for definition in definitions:
        if definition.after_sequence == model.sequence:
            model.define(definition)
