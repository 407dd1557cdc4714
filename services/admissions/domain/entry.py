"""The ledger entry: what one act changes, numbered and chained within its Land."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any

from shared.codes import Ags, EntryType, Land, Programme, instant_text

GENESIS = "0" * 64
"""What stands in the place of a hash before the first entry."""
Document = dict[str, Any]
"""An entry as it is hashed, announced and served."""
HashOf = Callable[[Document], str]
"""SHA-256, lower-case hex, of the canonical form of a document without its `hash`."""
Count = tuple[Ags, Programme, date]
"""Where people count: unit, programme, effective date."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """The place that an entry takes in its Land's ledger, given under the Land's lock."""

    land: Land
    sequence: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """Where a Land's ledger ends; `last_instant` is the latest that was given out for it."""

    land: Land
    sequence: int
    hash: str
    last_instant: datetime

    def stamps(self, clock: datetime) -> Iterator[Stamp]:
        """The next places without end; their instant never runs backwards, whatever the clock."""
        instant = max(clock, self.last_instant)
        return (Stamp(self.land, number, instant) for number in count(self.sequence + 1))


@dataclass(frozen=True, slots=True)
class Posting:
    """A signed change of a unit's people in a programme on a day; `persons` is never 0."""

    unit: Ags
    programme: Programme
    effective_on: date
    persons: int

    def document(self) -> Document:
        """The posting as the contract writes it."""
        return {
            "unit": self.unit,
            "programme": self.programme,
            "effective_on": self.effective_on.isoformat(),
            "persons": self.persons,
        }


@dataclass(frozen=True, slots=True)
class Entry:
    """One act in the ledger; `corrects` is the placement's entry before it, None if first."""

    stamp: Stamp
    type: EntryType
    placement: str
    corrects: int | None
    reason: str | None
    postings: tuple[Posting, ...]

    def document(self, previous_hash: str) -> Document:
        """The entry as the contract writes it, but for its own hash."""
        return {
            "land": self.stamp.land,
            "sequence": self.stamp.sequence,
            "type": self.type.value,
            "placement": self.placement,
            "recorded_at": instant_text(self.stamp.recorded_at),
            "corrects": self.corrects,
            "reason": self.reason,
            "postings": [posting.document() for posting in self.postings],
            "previous_hash": previous_hash,
        }


def postings_between(before: Counter[Count], after: Counter[Count]) -> tuple[Posting, ...]:
    """What changes from one count of people to another: net, never 0, sorted."""
    moved = {place: after[place] - before[place] for place in before.keys() | after.keys()}
    return tuple(Posting(*place, moved[place]) for place in sorted(moved) if moved[place])


def seal(head: Head, entries: Iterable[Entry], hash_of: HashOf) -> tuple[Head, list[Document]]:
    """Chain entries, stamped from this head in order, to it: the new head and their documents."""
    documents: list[Document] = []
    for entry in entries:
        stamp, document = entry.stamp, entry.document(head.hash)
        document["hash"] = hash_of(document)
        documents.append(document)
        head = Head(stamp.land, stamp.sequence, document["hash"], stamp.recorded_at)
    return head, documents
