"""Ledgers as admissions would write them: numbered, chained, with corrections and transfers."""

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

import orjson

from benchmarks.plan import HOW_OFTEN, PERSONS
from benchmarks.world import PROGRAMMES, World
from shared.codes import LANDS, instant_text
from shared.contracts.ledger import GENESIS

Entry = dict[str, Any]
KINDS = ("recorded", "corrected", "withdrawn", "transferred")
KIND_OFTEN = (93, 5, 1, 1)
PROGRAMME_OFTEN = (1, 3, 3, 2, 1)
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
YEAR_SECONDS = 365 * 86_400
LATE_DAYS, OFTEN_LATE_DAYS, OFTEN = 120, 10, 0.9
MOST_REMEMBERED = 50_000
"""Of a Land's placements so many can still be corrected, withdrawn or transferred."""


def entries(
    world: World, count: int, seed: int = 1, lands: Sequence[str] = LANDS
) -> Iterator[Entry]:
    """So many entries of some Länder over a year, in the order of their recording."""
    chance = random.Random(seed)
    late = world.late_percent / 100
    ledgers = {land: Ledger(land, world.weights(land), chance, late) for land in lands}
    for number in range(count):
        # An instant of real life is almost never a whole number of milliseconds.
        at = BEGIN + timedelta(seconds=(number + chance.random()) * YEAR_SECONDS / count)
        yield ledgers[chance.choice(lands)].next(at)


@dataclass(slots=True)
class Placement:
    """A placement as its last entry left it."""

    id: str
    sequence: int
    unit: str
    programme: str
    effective_on: str
    persons: int

    def posting(self, persons: int, unit: str | None = None) -> Entry:
        """A signed change of its persons, or of those of another unit."""
        place = {"unit": unit or self.unit, "programme": self.programme}
        return place | {"effective_on": self.effective_on, "persons": persons}


@dataclass
class Ledger:
    """One Land's ledger while it is written."""

    land: str
    weights: dict[str, int]
    chance: random.Random
    late_share: float = 0.0
    last: Entry | None = None
    placements: list[Placement] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._units = list(self.weights)
        self._reached = list(accumulate(self.weights.values()))

    def next(self, at: datetime) -> Entry:
        """Write one more entry."""
        kind = self.chance.choices(KINDS, KIND_OFTEN)[0] if self.placements else KINDS[0]
        sequence = self.last["sequence"] + 1 if self.last else 1
        if kind == "recorded":
            changed, postings, corrects = self._record(sequence, at)
        else:
            changed, postings, corrects = self._change(kind)
        entry = {
            "land": self.land,
            "sequence": sequence,
            "type": kind,
            "placement": changed.id,
            "recorded_at": instant_text(at),
            "corrects": corrects,
            "reason": None if kind == "recorded" else "typing-error",
            "postings": postings,
            "previous_hash": self.last["hash"] if self.last else GENESIS,
        }
        changed.sequence = sequence
        self.last = entry | {"hash": hash_of(entry)}
        return self.last

    def _record(self, sequence: int, at: datetime) -> tuple[Placement, list[Entry], None]:
        chance, day = self.chance, self._day(at)
        programme = chance.choices(PROGRAMMES, PROGRAMME_OFTEN)[0]
        persons = chance.choices(PERSONS, HOW_OFTEN)[0]
        id_ = f"{chance.getrandbits(128):032x}"
        id_ = "-".join((id_[:8], id_[8:12], id_[12:16], id_[16:20], id_[20:]))
        placement = Placement(id_, sequence, self._unit(), programme, day, persons)
        if len(self.placements) < MOST_REMEMBERED:
            self.placements.append(placement)
        else:
            self.placements[chance.randrange(MOST_REMEMBERED)] = placement
        return placement, [placement.posting(persons)], None

    def _day(self, at: datetime) -> str:
        chance = self.chance
        if chance.random() < self.late_share:
            return (BEGIN - timedelta(days=chance.randint(1, LATE_DAYS))).date().isoformat()
        most = OFTEN_LATE_DAYS if chance.random() < OFTEN else LATE_DAYS
        if self.late_share:
            most = min(most, (at - BEGIN).days + 1)
        return (at - timedelta(days=chance.randrange(most))).date().isoformat()

    def _change(self, kind: str) -> tuple[Placement, list[Entry], int]:
        at = self.chance.randrange(len(self.placements))
        placement = self.placements[at]
        before, corrects = placement.persons, placement.sequence
        if kind == "corrected":
            placement.persons += 1 if before == 1 else self.chance.choice((-1, 1))
            return placement, [placement.posting(placement.persons - before)], corrects
        if kind == "withdrawn":
            self.placements[at] = self.placements[-1]
            self.placements.pop()
            return placement, [placement.posting(-before)], corrects
        there = self._unit_but(placement.unit)
        postings = [placement.posting(-before), placement.posting(before, there)]
        placement.unit = there
        return placement, sorted(postings, key=lambda each: str(each["unit"])), corrects

    def _unit(self) -> str:
        return self.chance.choices(self._units, cum_weights=self._reached)[0]

    def _unit_but(self, unit: str) -> str:
        while (other := self._unit()) == unit:
            pass
        return other


def hash_of(entry: Entry) -> str:
    """The hash of an entry without one: quicker than RFC 8785, and the same for ASCII text."""
    return hashlib.sha256(orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)).hexdigest()
