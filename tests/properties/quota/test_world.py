"""Whatever happens in whatever order: the fast world and the slow one say the same."""

from collections.abc import Iterator
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.quota.domain.balances import board, board_valid_on
from services.quota.domain.counts import Changes, Position, QuotaCounts, changed_by
from services.quota.domain.crossings import Crossing
from services.quota.domain.definitions import Definition
from services.quota.domain.world import World
from tests.properties.quota.histories import CAUSES, DAYS, Told, histories
from tests.properties.quota.oracle import NaiveWorld
from tests.unit.quota.builders import RECORDED_AT, SH, an_entry


class Stored:
    """What a store would hold: positions, counts and definitions, changed by `Changes` only."""

    def __init__(self) -> None:
        self.position = Position()
        self.definitions: list[Definition] = []
        self.counts: QuotaCounts = {}
        self.changes: list[QuotaCounts] = []

    def save(self, changes: Changes) -> None:
        self.position = changes.position
        if changes.is_whole:
            self.counts, self.changes = changes.counts, []
        else:
            self.changes.append(changes.counts)

    def load(self) -> World:
        return World.load(SH, self.position, self.definitions, self.now())

    def now(self) -> QuotaCounts:
        return changed_by(self.counts, self.changes)


class Run:
    """A history told to the world and to the oracle, step by step."""

    def __init__(self) -> None:
        self.stored = Stored()
        self.world = self.stored.load()
        self.naive = NaiveWorld()

    def tell(self, told: Told) -> tuple[list[Crossing], list[Crossing]]:
        if told.change is None:
            entry = an_entry(self.naive.sequence + 1, *told.postings, entry_type=told.entry_type)
            return self.world.apply(entry), self.naive.apply(entry)
        place = (self.naive.definition + 1, told.quota, self.naive.sequence)
        definition = Definition(SH, *place, RECORDED_AT, told.change)
        self.stored.definitions.append(definition)
        found = self.world.define(definition, self.naive.daily())
        return found, self.naive.define(definition, CAUSES.get(type(told.change)))

    def save(self) -> None:
        whole = self.naive.sequence % 3 == 0
        self.stored.save(self.world.take_changes(whole=whole))

    def restart(self) -> None:
        self.save()
        self.world = self.stored.load()


def run(history: list[Told]) -> Iterator[Run]:
    told = Run()
    for step in history:
        found, expected = told.tell(step)
        assert found == expected
        yield told


@given(histories())
def test_every_crossing_is_the_one_that_counting_again_finds(history: list[Told]) -> None:
    for _ in run(history):
        pass


@given(histories())
def test_every_board_is_the_one_that_counting_again_finds(history: list[Told]) -> None:
    *_, told = run(history)
    for quota, rules in told.world.rules().items():
        naive = told.naive.quotas[quota]
        shares = naive.shares(date(2023, 5, 1))
        expected = [
            (unit, shares.get(unit, 0), *sums, sums[0] - sums[1], naive.standings[unit])
            for unit, sums in naive.sums(told.naive.postings).items()
        ]
        seen = board(rules, told.world.counts()[quota], date(2023, 5, 1))
        assert [
            (each.unit, each.share, each.credited, each.target, each.balance, each.standing)
            for each in seen.units
        ] == expected
        assert seen.total == sum(each.credited for each in seen.units)


@given(histories(), st.sampled_from(DAYS))
def test_every_board_of_a_day_is_the_one_that_counting_its_period_finds(
    history: list[Told], day: date
) -> None:
    *_, told = run(history)
    for quota, rules in told.world.rules().items():
        naive = told.naive.quotas[quota]
        expected = [
            (unit, *sums, naive.standing(sums[0] - sums[1], sums[1], before=None))
            for unit, sums in naive.sums(told.naive.postings, valid_on=day).items()
        ]
        seen = board_valid_on(rules, told.naive.daily(), day).units
        assert [(each.unit, each.credited, each.target, each.standing) for each in seen] == expected


@given(histories(), st.data())
def test_a_world_that_was_stored_and_loaded_goes_on_as_if_never_stopped(
    history: list[Told], data: st.DataObject
) -> None:
    for told in run(history):
        match data.draw(st.sampled_from(["go on", "save", "restart"])):
            case "save":
                told.save()
            case "restart":
                told.restart()
    told.save()
    assert told.stored.now() == told.world.counts()
    assert told.stored.position == told.world.position
