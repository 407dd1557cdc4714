"""The world of one Land: entries and definitions in their order, and every crossing they make."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from services.quota.domain.counts import Changes, Counts, Daily, Position
from services.quota.domain.crossings import CAUSES_OF_CHANGES, Crossing, cause_of
from services.quota.domain.definitions import Definition, QuotaRules, fold
from services.quota.domain.plan import plan_of
from services.quota.domain.postings import Entry
from services.quota.domain.standing import ON_QUOTA
from services.quota.domain.tally import Moved, QuotaTally, tally_of
from shared.codes import Ags, Cause, Land, QuotaCode, Standing

MOST_CHANGES = 1000


class Amounts(NamedTuple):
    """What a unit has in a quota: persons, exact."""

    credited: Fraction
    target: Fraction
    balance: Fraction
    standing: Standing


class OutOfOrder(Exception):
    """An entry or a definition is not the next one."""

    def __init__(self, expected: int, got: int) -> None:
        super().__init__(f"expected number {expected}, got {got}")
        self.expected = expected
        self.got = got


class World:
    """All quotas of a Land at one position; how entries are batched changes no crossing."""

    __slots__ = (
        "_changes", "_crossing", "_definition", "_hash", "_is_restated", "_rebuilds", "_sequence",
        "_tallies", "land",
    )  # fmt: skip

    def __init__(self, land: Land, position: Position, tallies: Iterable[QuotaTally]) -> None:
        self.land = land
        self._sequence, self._definition, self._crossing, self._hash, self._rebuilds = position
        self._tallies = sorted(tallies, key=_quota_of)
        self._is_restated, self._changes = False, 0

    @classmethod
    def load(
        cls,
        land: Land,
        position: Position,
        definitions: Iterable[Definition],
        counts: Mapping[QuotaCode, Counts],
    ) -> "World":
        """Go on from what is stored; definitions above the position are not applied yet."""
        logs: dict[QuotaCode, list[Definition]] = {}
        for definition in definitions:
            if definition.number <= position.definition:
                logs.setdefault(definition.quota, []).append(definition)
        tallies = [tally_of(plan_of(fold(log)), counts.get(quota)) for quota, log in logs.items()]
        return cls(land, position, tallies)

    @property
    def position(self) -> Position:
        """Everything applied so far."""
        moving = (self._sequence, self._definition, self._crossing, self._hash)
        return Position(*moving, self._rebuilds)

    @property
    def size(self) -> int:
        """How many units the largest quota has."""
        return max((len(tally.plan.units) for tally in self._tallies), default=0)

    def rules(self) -> dict[QuotaCode, QuotaRules]:
        """Every quota as it is defined now, sorted by code."""
        return {_quota_of(tally): tally.plan.rules for tally in self._tallies}

    def counts(self) -> dict[QuotaCode, Counts]:
        """Every quota's counts now: what `load` goes on from."""
        return {_quota_of(tally): tally.counts() for tally in self._tallies}

    def amounts(self, quota: QuotaCode, unit: Ags) -> Amounts | None:
        """What a unit of a quota has now, None where it was never a member."""
        tally = next((each for each in self._tallies if _quota_of(each) == quota), None)
        number = tally.number_of(unit) if tally else None
        if tally is None or number is None:
            return None
        return Amounts(*tally.amounts(number), tally.standing(number))

    def apply(self, entry: Entry) -> list[Crossing]:
        """Count all postings of the next entry, then cross; by quota, then unit."""
        if entry.sequence != self._sequence + 1:
            raise OutOfOrder(self._sequence + 1, entry.sequence)
        tallies = self._tallies
        for posting in entry.postings:
            unit, programme, persons = posting.unit, posting.programme, posting.persons
            day = posting.effective_on
            for tally in tallies:
                tally.count(unit, programme, day, persons)
        self._sequence, self._hash = entry.sequence, entry.hash
        crossings: list[Crossing] = []
        for tally in tallies:
            if tally.touched and (moved := tally.settle()):
                crossings += self._cross(tally, moved, lambda unit: cause_of(entry, unit))
        return crossings

    def define(self, definition: Definition, daily: Daily) -> list[Crossing]:
        """Restate the definition's quota from the sums of all entries applied so far.

        Standings move on from those before by the same rule as after an entry.
        """
        if definition.number != self._definition + 1:
            raise OutOfOrder(self._definition + 1, definition.number)
        if definition.ledger_sequence != self._sequence:
            raise OutOfOrder(self._sequence, definition.ledger_sequence)
        self._definition = definition.number
        before = next((t for t in self._tallies if _quota_of(t) == definition.quota), None)
        log = before.plan.rules.log if before else ()
        tally = QuotaTally(plan_of(fold((*log, definition))))
        moved = tally.restate(daily, before.counts().standings if before else {})
        others = [each for each in self._tallies if each is not before]
        self._tallies = sorted([*others, tally], key=_quota_of)
        self._is_restated = True
        return self._cross(tally, moved, lambda _: CAUSES_OF_CHANGES[type(definition.change)])

    def correct(
        self, announced: Mapping[tuple[QuotaCode, Ags], Standing], after: int
    ) -> list[Crossing]:
        """Cross wherever a unit does not stand as was announced last, numbered above `after`.

        A unit of which nothing was announced is on quota.
        """
        self._crossing = after
        crossings: list[Crossing] = []
        for tally in self._tallies:
            told = [announced.get((_quota_of(tally), unit), ON_QUOTA) for unit in tally.plan.units]
            moved = [each for each in enumerate(told) if each[1] is not tally.standing(each[0])]
            crossings += self._cross(tally, moved, lambda _: Cause.CORRECTION)
        return crossings

    def take_changes(self, *, whole: bool) -> Changes:
        """What changed since this was last asked; all counts if asked for, and now and then.

        After a definition, too: it changes what is counted, so what was stored before it is of no
        use. And whoever reads puts no more than MOST_CHANGES together.
        """
        is_whole = whole or self._is_restated or self._changes >= MOST_CHANGES
        counts = self.counts() if is_whole else self._changed_counts()
        for tally in self._tallies:
            tally.forget_changes()
        self._is_restated, self._changes = False, 0 if is_whole else self._changes + 1
        return Changes(self.position, counts, is_whole)

    def _changed_counts(self) -> dict[QuotaCode, Counts]:
        changed = ((_quota_of(tally), tally.changed_counts()) for tally in self._tallies)
        return {quota: counts for quota, counts in changed if counts}

    def _cross(
        self, tally: QuotaTally, moved: Iterable[Moved], cause: Callable[[Ags], Cause]
    ) -> list[Crossing]:
        """Number the crossings of one quota; a closed one has none."""
        rules = tally.plan.rules
        if rules.closed_on is not None:
            return []
        crossings = []
        for number, before in moved:
            self._crossing += 1
            unit = tally.plan.units[number]
            credited, target, balance = tally.amounts(number)
            crossings.append(
                Crossing(
                    land=self.land,
                    sequence=self._crossing,
                    quota=rules.quota,
                    unit=unit,
                    before=before,
                    after=tally.standing(number),
                    credited=credited,
                    target=target,
                    balance=balance,
                    cause=cause(unit),
                    ledger_sequence=self._sequence,
                    definition=self._definition,
                )
            )
        return crossings


def _quota_of(tally: QuotaTally) -> QuotaCode:
    return tally.plan.rules.quota
