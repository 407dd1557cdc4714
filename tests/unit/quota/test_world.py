from datetime import date
from fractions import Fraction

import pytest

from services.quota.domain.counts import NO_HASH, Changes, Counts, Position, changed_by
from services.quota.domain.crossings import Crossing
from services.quota.domain.definitions import Change, PeriodTurned
from services.quota.domain.world import MOST_CHANGES, Amounts, OutOfOrder, World
from shared.codes import FIRST_DAY, Cause, EntryType, Standing
from tests.unit.quota.builders import (
    ALLIANCE,
    ASYLUM,
    FLENSBURG,
    KIEL,
    LUEBECK,
    REGULAR,
    SAFE_HARBOUR,
    SH,
    a_closure,
    a_definition,
    a_key,
    a_period,
    a_posting,
    a_rule,
    a_term,
    a_tolerance,
    an_entry,
    an_opening,
    applied,
    definitions,
    numbered,
    terms,
    world_of,
)

DAY = date(2023, 5, 1)
OVER, ON_QUOTA, UNDER = Standing.OVER, Standing.ON_QUOTA, Standing.UNDER
EQUAL = {FLENSBURG: 1, KIEL: 1}


def two_cities() -> World:
    return world_of(definitions(*terms(EQUAL), a_rule(), a_key(EQUAL)))


def crossed(crossings: list[Crossing]) -> list[tuple[str, str, str, str]]:
    return [(each.unit, each.before, each.after, each.cause) for each in crossings]


def test_one_citys_placement_can_put_another_under() -> None:
    (own, other) = two_cities().apply(an_entry(1, a_posting(FLENSBURG, 2)))
    assert crossed([own, other]) == [
        (FLENSBURG, "on-quota", "over", "own-placement"),
        (KIEL, "on-quota", "under", "other-placement"),
    ]


def test_a_crossing_carries_the_numbers_right_after_its_entry() -> None:
    crossings = two_cities().apply(an_entry(1, a_posting(FLENSBURG, 3)))
    assert crossings[1] == Crossing(
        land=SH,
        sequence=2,
        quota=ALLIANCE,
        unit=KIEL,
        before=ON_QUOTA,
        after=UNDER,
        credited=Fraction(0),
        target=Fraction(3, 2),
        balance=Fraction(-3, 2),
        cause=Cause.OTHER_PLACEMENT,
        ledger_sequence=1,
        definition=5,
    )


def test_all_postings_of_an_entry_count_before_anybody_crosses() -> None:
    world = two_cities()
    applied(world, a_posting(FLENSBURG, 2))
    moved = an_entry(
        2, a_posting(FLENSBURG, -1), a_posting(KIEL, 1), entry_type=EntryType.TRANSFERRED
    )
    assert crossed(world.apply(moved)) == [
        (FLENSBURG, "over", "on-quota", "transfer"),
        (KIEL, "under", "on-quota", "transfer"),
    ]


def test_the_position_follows_entries_definitions_and_crossings() -> None:
    world = two_cities()
    assert world.position == Position(0, 5, 0, NO_HASH)
    world.apply(an_entry(1, a_posting(FLENSBURG, 2)))
    assert world.position == Position(1, 5, 2, f"{1:064x}")
    world.define(a_definition(6, a_tolerance(2), ledger_sequence=1), {})
    assert world.position == Position(1, 6, 4, f"{1:064x}")


@pytest.mark.parametrize("sequence", [1, 3])
def test_only_the_next_entry_is_applied(sequence: int) -> None:
    world = two_cities()
    world.apply(an_entry(1))
    with pytest.raises(OutOfOrder, match=f"expected number 2, got {sequence}") as refused:
        world.apply(an_entry(sequence))
    assert (refused.value.expected, refused.value.got) == (2, sequence)
    assert world.position.sequence == 1


@pytest.mark.parametrize(
    ("number", "ledger_sequence", "says"),
    [
        (5, 0, "expected number 6, got 5"),
        (7, 0, "expected number 6, got 7"),
        (6, 1, "expected number 0, got 1"),
    ],
)
def test_only_the_next_definition_is_applied(number: int, ledger_sequence: int, says: str) -> None:
    world = two_cities()
    with pytest.raises(OutOfOrder, match=says):
        world.define(a_definition(number, a_tolerance(), ledger_sequence=ledger_sequence), {})
    assert world.position.definition == 5


def test_definitions_above_the_position_are_not_applied_yet() -> None:
    log = definitions(*terms(EQUAL), a_rule(), a_key(EQUAL), a_tolerance(5))
    world = World.load(SH, Position(definition=5), log, {})
    assert world.rules()[ALLIANCE].tolerance.persons == 1
    assert World.load(SH, Position(definition=6), log, {}).rules()[ALLIANCE].tolerance.persons == 5


def two_quotas() -> World:
    """`sh-regular` is defined first, and both count everything."""
    changes: list[Change] = [*terms(EQUAL), a_rule(), a_key(EQUAL)]
    return world_of(numbered((REGULAR, changes), (ALLIANCE, changes)))


def test_crossings_of_an_entry_are_sorted_by_quota_then_unit_and_numbered_on() -> None:
    crossings = two_quotas().apply(an_entry(1, a_posting(KIEL, 2)))
    assert [(each.sequence, each.quota, each.unit) for each in crossings] == [
        (1, ALLIANCE, FLENSBURG),
        (2, ALLIANCE, KIEL),
        (3, REGULAR, FLENSBURG),
        (4, REGULAR, KIEL),
    ]


def test_a_definition_concerns_its_quota_only() -> None:
    world = two_quotas()
    world.apply(an_entry(1, a_posting(KIEL, 2)))
    daily = {(KIEL, SAFE_HARBOUR, DAY): 2}
    found = world.define(a_definition(11, a_tolerance(2), REGULAR, ledger_sequence=1), daily)
    assert [(each.sequence, each.quota, each.unit, each.definition) for each in found] == [
        (5, REGULAR, FLENSBURG, 11),
        (6, REGULAR, KIEL, 11),
    ]
    assert world.rules()[ALLIANCE].tolerance.persons == 1
    assert list(world.rules()) == [ALLIANCE, REGULAR]


def test_a_definition_moves_on_from_the_standing_before_it() -> None:
    """With a release of half a person, who is over by one stays over."""
    world = two_cities()
    world.apply(an_entry(1, a_posting(FLENSBURG, 2)))
    daily = {(FLENSBURG, SAFE_HARBOUR, DAY): 2}
    released = a_definition(6, a_tolerance(2, release="1/2"), ledger_sequence=1)
    assert world.define(released, daily) == []
    assert world.counts()[ALLIANCE].standings == {FLENSBURG: OVER, KIEL: UNDER}


def test_a_late_key_restates_the_past_exactly() -> None:
    world = two_cities()
    world.apply(an_entry(1, a_posting(FLENSBURG, 4)))
    key = a_key({FLENSBURG: 3, KIEL: 1}, date(2019, 1, 1))
    daily = {(FLENSBURG, SAFE_HARBOUR, date(2018, 12, 31)): 4}
    found = world.define(a_definition(6, key, ledger_sequence=1), daily)
    assert crossed(found) == []
    assert world.amounts(ALLIANCE, FLENSBURG) == Amounts(
        Fraction(4), Fraction(3), Fraction(1), OVER
    )


def test_who_left_keeps_what_it_had_and_is_moved_by_late_entries() -> None:
    world = two_cities()
    world.apply(an_entry(1, a_posting(FLENSBURG, 1)))
    left = a_definition(6, a_term(KIEL, ends=date(2023, 6, 30)), ledger_sequence=1)
    assert world.define(left, {(FLENSBURG, SAFE_HARBOUR, DAY): 1}) == []
    assert world.apply(an_entry(2, a_posting(FLENSBURG, 8, date(2023, 7, 1)))) == []
    late = world.apply(an_entry(3, a_posting(FLENSBURG, 1, date(2023, 6, 30))))
    assert crossed(late) == [
        (FLENSBURG, "on-quota", "over", "own-placement"),
        (KIEL, "on-quota", "under", "other-placement"),
    ]
    assert late[1].target == 1


def test_an_entry_after_the_latest_period_waits_for_the_turn() -> None:
    world = world_of(definitions(*terms(EQUAL), a_rule(), a_key(EQUAL), a_period()))
    assert world.apply(an_entry(1, a_posting(FLENSBURG, 2, date(2024, 1, 1)))) == []
    turn = a_definition(7, PeriodTurned(date(2024, 1, 1)), ledger_sequence=1)
    found = world.define(turn, {(FLENSBURG, SAFE_HARBOUR, date(2024, 1, 1)): 2})
    assert crossed(found) == [
        (FLENSBURG, "on-quota", "over", "new-period"),
        (KIEL, "on-quota", "under", "new-period"),
    ]


def test_a_closed_quota_counts_up_to_its_day_and_crosses_no_more() -> None:
    world = two_cities()
    closed = a_definition(6, a_closure(date(2023, 5, 1)))
    assert world.define(closed, {}) == []
    assert applied(world, a_posting(FLENSBURG, 9, date(2023, 5, 2))) == []
    assert applied(world, a_posting(FLENSBURG, 2, date(2023, 5, 1))) == []
    assert world.amounts(ALLIANCE, FLENSBURG) == Amounts(
        Fraction(2), Fraction(1), Fraction(1), OVER
    )
    assert world.position.crossing == 0


def test_a_unit_that_is_no_member_has_no_counts() -> None:
    world = two_cities()
    assert applied(world, a_posting(LUEBECK, 9)) == []
    assert world.amounts(ALLIANCE, LUEBECK) is None
    assert world.amounts(REGULAR, KIEL) is None
    assert LUEBECK not in world.counts()[ALLIANCE].credited


def test_changes_are_what_a_transaction_has_to_write() -> None:
    world = two_cities()
    applied(world, a_posting(FLENSBURG, 2), a_posting(LUEBECK, 5, programme=ASYLUM))
    assert world.take_changes(whole=False) == Changes(
        position=Position(2, 5, 2, f"{2:064x}"),
        counts={
            ALLIANCE: Counts(
                scale=1,
                credited={FLENSBURG: 2, KIEL: 0},
                totals={FIRST_DAY: 2},
                standings={FLENSBURG: OVER, KIEL: UNDER},
            )
        },
        is_whole=False,
    )


@pytest.mark.parametrize("whole", [False, True])
def test_changes_are_taken_once(whole: bool) -> None:
    world = two_cities()
    applied(world, a_posting(FLENSBURG, 2))
    world.take_changes(whole=whole)
    assert world.take_changes(whole=False) == Changes(world.position, {}, False)


def test_what_changed_takes_the_place_of_what_was_there_before() -> None:
    world = two_quotas()
    counts = [world.take_changes(whole=True).counts]
    for posting in (a_posting(FLENSBURG, 2), a_posting(KIEL, 1), a_posting(FLENSBURG, -1)):
        applied(world, posting)
        counts.append(world.take_changes(whole=False).counts)
    assert changed_by(counts[0], counts[1:]) == world.counts()
    assert changed_by({}, counts) == world.counts()


def test_after_so_many_changes_all_counts_are_written_once() -> None:
    world = two_cities()
    written = [world.take_changes(whole=False).is_whole for _ in range(MOST_CHANGES + 2)]
    assert written == [False] * MOST_CHANGES + [True, False]


def test_after_a_definition_all_counts_are_written() -> None:
    world = two_quotas()
    applied(world, a_posting(FLENSBURG, 2))
    world.define(
        a_definition(11, a_tolerance(2), REGULAR, ledger_sequence=1),
        {(FLENSBURG, SAFE_HARBOUR, DAY): 2},
    )
    changes = world.take_changes(whole=False)
    assert changes == Changes(world.position, world.counts(), is_whole=True)
    assert not world.take_changes(whole=False).is_whole


def test_a_quota_that_is_opened_later_counts_from_its_definitions_on() -> None:
    world = two_cities()
    world.apply(an_entry(1, a_posting(KIEL, 2)))
    daily = {(KIEL, SAFE_HARBOUR, DAY): 2}
    opening: list[Change] = [an_opening(), *terms(EQUAL), a_rule(), a_key(EQUAL)]
    found = [
        world.define(a_definition(number, change, REGULAR, ledger_sequence=1), daily)
        for number, change in enumerate(opening, 6)
    ]
    assert [crossed(each) for each in found[:-1]] == [[]] * 4
    assert crossed(found[-1]) == [
        (FLENSBURG, "on-quota", "under", "new-key"),
        (KIEL, "on-quota", "over", "new-key"),
    ]


def test_the_size_of_a_world_is_that_of_its_largest_quota() -> None:
    assert World.load(SH, Position(), [], {}).size == 0
    assert two_quotas().size == 2
    larger = world_of(numbered((ALLIANCE, [a_term()]), (REGULAR, [*terms()])))
    assert larger.size == 3
