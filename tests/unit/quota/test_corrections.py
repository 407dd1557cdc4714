"""Corrections of a rebuild: whoever does not stand as was told last crosses, nobody else."""

from services.quota.domain.counts import Position
from services.quota.domain.world import World
from shared.codes import Cause, Standing
from tests.unit.quota.builders import (
    ALLIANCE,
    FLENSBURG,
    KIEL,
    REGULAR,
    SH,
    a_key,
    a_posting,
    a_rule,
    an_entry,
    applied,
    definitions,
    terms,
    world_of,
)

OVER, ON_QUOTA, UNDER = Standing.OVER, Standing.ON_QUOTA, Standing.UNDER
EQUAL = {FLENSBURG: 1, KIEL: 1}


def flensburg_is_over() -> World:
    world = world_of(definitions(*terms(EQUAL), a_rule(), a_key(EQUAL)))
    applied(world, a_posting(FLENSBURG, 2))
    return world


def test_whoever_does_not_stand_as_was_told_crosses_by_a_correction() -> None:
    world = flensburg_is_over()
    told = {(ALLIANCE, FLENSBURG): OVER, (ALLIANCE, KIEL): OVER, (REGULAR, KIEL): OVER}
    [crossing] = world.correct(told, 7)
    assert (crossing.unit, crossing.before, crossing.after) == (KIEL, OVER, UNDER)
    assert (crossing.sequence, crossing.cause) == (8, Cause.CORRECTION)
    assert crossing.balance == -1
    assert (world.position.sequence, world.position.crossing) == (1, 8)


def test_of_whom_nothing_was_told_is_on_quota() -> None:
    found = [(each.unit, each.before, each.after) for each in flensburg_is_over().correct({}, 0)]
    assert found == [(FLENSBURG, ON_QUOTA, OVER), (KIEL, ON_QUOTA, UNDER)]


def test_a_correction_that_nobody_needs_only_numbers() -> None:
    world = flensburg_is_over()
    assert world.correct({(ALLIANCE, FLENSBURG): OVER, (ALLIANCE, KIEL): UNDER}, 9) == []
    assert world.position.crossing == 9


def test_how_often_a_land_was_rebuilt_stays_with_its_position() -> None:
    world = World.load(SH, Position(rebuilds=3), [], {})
    world.apply(an_entry(1))
    assert world.position.rebuilds == world.take_changes(whole=False).position.rebuilds == 3
