"""What an entry costs: who is looked at, counted rather than timed."""

from dataclasses import replace
from datetime import date
from itertools import cycle, islice

from services.quota.domain.counts import Counts
from services.quota.domain.definitions import Change, fold
from services.quota.domain.plan import plan_of
from services.quota.domain.tally import QuotaTally, tally_of
from shared.codes import FIRST_DAY, Ags, Standing
from tests.unit.quota.builders import SAFE_HARBOUR, a_key, a_rule, a_term, a_tolerance, definitions

UNITS = [Ags(f"01{number:03}") for number in range(200)]
FIRST_YEAR = 2020
OVER = Standing.OVER


class Watched(QuotaTally):
    """A tally that counts how often a unit is looked at."""

    looks = 0

    def _look_at(self, number: int) -> Standing:
        self.looks += 1
        return super()._look_at(number)

    def load(self, counts: Counts) -> None:
        """Looks at every unit once, which is not counted."""
        super().load(counts)
        self.looks = 0


def a_watched_tally(keys: int, *changes: Change) -> Watched:
    """Every unit a member, and a key for each year; shares differ a little from year to year."""
    years = range(FIRST_YEAR, FIRST_YEAR + keys)
    versions = [
        a_key({unit: 1000 + (7 * n + year) % 31 for n, unit in enumerate(UNITS)}, date(year, 1, 1))
        for year in years
    ]
    rules = fold(definitions(*(a_term(unit) for unit in UNITS), *versions, a_rule(), *changes))
    tally = Watched(plan_of(rules))
    tally.load(Counts(scale=1, credited={}, totals={}, standings={}))
    return tally


def tell(tally: Watched, entries: int, days: list[date]) -> int:
    """Entries of one to three people in turn for a few units; how many crossed unposted."""
    others = 0
    told = zip(cycle(UNITS[:40]), cycle([1, 3, 2]), cycle(days), strict=False)
    for unit, persons, day in islice(told, entries):
        tally.count(unit, SAFE_HARBOUR, day, persons)
        others += sum(tally.plan.units[number] != unit for number, _ in tally.settle())
    return others


def test_with_one_stretch_others_are_looked_at_twice_at_most_for_each_that_crosses() -> None:
    tally = a_watched_tally(keys=1)
    others = tell(tally, 600, [date(2023, 5, 1)])
    assert others == 160
    assert 600 + others <= tally.looks <= 600 + 2 * others


def test_a_release_is_waited_for_from_the_moment_of_crossing() -> None:
    tally = a_watched_tally(1, a_tolerance(2, release=1))
    others = tell(tally, 900, [date(2023, 5, 1)])
    assert others > 0
    assert 900 + others <= tally.looks <= 900 + 2 * others


def test_with_equal_shares_too_a_bound_is_no_more_than_once_too_early() -> None:
    units = UNITS[:10]
    key = a_key(dict.fromkeys(units, 1))
    tally = Watched(plan_of(fold(definitions(*(a_term(u) for u in units), key, a_rule()))))
    tally.load(Counts(scale=1, credited={}, totals={}, standings={}))
    others = 0
    for step, persons in enumerate([1] * 300 + [-1] * 300):
        unit = units[step % 3]
        tally.count(unit, SAFE_HARBOUR, date(2023, 5, 1), persons)
        others += sum(tally.plan.units[number] != unit for number, _ in tally.settle())
    assert others > 0
    assert 600 + others <= tally.looks <= 600 + 2 * others


def test_with_one_stretch_a_falling_total_is_as_cheap() -> None:
    tally = a_watched_tally(keys=1)
    tell(tally, 600, [date(2023, 5, 1)])
    tally.looks = crossed = 0
    for unit in islice(cycle(UNITS[:40]), 600):
        tally.count(unit, SAFE_HARBOUR, date(2023, 5, 1), -2)
        crossed += sum(tally.plan.units[number] != unit for number, _ in tally.settle())
    assert crossed == 160
    assert 600 + crossed <= tally.looks <= 600 + 2 * crossed


def test_with_several_stretches_late_entries_cost_no_look_at_everybody() -> None:
    tally = a_watched_tally(keys=3)
    days = [date(2022, 5, 1), date(2020, 5, 1), date(2022, 6, 1), date(2021, 5, 1)]
    others = tell(tally, 600, days)
    assert others == 160
    assert 600 + others <= tally.looks < 600 + 3 * others


def test_a_unit_without_any_share_is_never_waited_for() -> None:
    rules = fold(definitions(a_term(UNITS[0]), a_term(UNITS[1]), a_key({UNITS[0]: 1}), a_rule()))
    tally = tally_of(plan_of(rules), None)
    tally.count(UNITS[1], SAFE_HARBOUR, date(2023, 5, 1), 3)
    assert tally.settle() == [(0, Standing.ON_QUOTA), (1, Standing.ON_QUOTA)]


def test_a_stored_standing_that_a_release_keeps_is_not_looked_at_in_vain() -> None:
    tally = a_watched_tally(1, a_tolerance(9, release=1))
    stored = tally.counts()
    over = {**stored.credited, UNITS[7]: 5}
    tally.load(replace(stored, credited=over, totals={FIRST_DAY: 5}, standings={UNITS[7]: OVER}))
    tally.count(UNITS[3], SAFE_HARBOUR, date(2023, 5, 1), 1)
    assert tally.settle() == []
    assert tally.looks == 1
