"""Whose placements a caller may read and change."""

from collections.abc import Mapping
from uuid import UUID

from access.caller import Caller
from services.admissions.domain.placement import Placement
from services.admissions.store.placements import load_placement, lock_placement
from services.admissions.store.reference import load_reference
from shared.codes import LANDS, Land
from shared.http.problems import Fault, Problem
from shared.postgres import Connection


def require_units(caller: Caller, units: Mapping[str, str]) -> None:
    """Refuse with `not-your-unit` unless the caller acts for all; keys are JSON pointers."""
    foreign = {place: unit for place, unit in units.items() if not caller.acts_for(unit)}
    if foreign:
        faults = [
            Fault("not-your-unit", pointer=place, facts={"unit": unit})
            for place, unit in foreign.items()
        ]
        raise Problem("not-your-unit", faults, unit=", ".join(sorted(set(foreign.values()))))


def require_land(caller: Caller, land: str) -> Land:
    """The Land of a path, or `not-found` where the caller's token does not reach it."""
    if land not in LANDS or not caller.may_read_land(land):
        raise Problem("not-found")
    return Land(land)


def readable_units(caller: Caller, wanted: str | None) -> list[str]:
    """The units whose placements a list shows: the wanted one, or all that the caller may read."""
    if wanted is None:
        return [unit for unit in load_reference().units if caller.reads_of(unit)]
    if not caller.may_read_land(wanted[:2]):
        raise Problem("not-found")
    if not caller.reads_of(wanted):
        raise Problem(
            "not-your-unit",
            [Fault("not-your-unit", parameter="unit", facts={"unit": wanted})],
            unit=wanted,
        )
    return [wanted]


async def find_readable(tx: Connection, caller: Caller, placement_id: str) -> Placement:
    """A placement that the caller may read, or `not-found`."""
    placement = await load_placement(tx, checked_id(placement_id))
    if placement is None or not may_read(caller, placement):
        raise Problem("not-found")
    return placement


def may_read(caller: Caller, placement: Placement) -> bool:
    """Whether the caller may see a placement: so may every unit that has or had the people."""
    return any(caller.reads_of(unit) for unit in placement.units)


async def find_changeable(tx: Connection, caller: Caller, placement_id: str) -> Placement:
    """A placement that the caller may change, locked, or `not-found`.

    Who only had the people, before a transfer, sees it and is told that it is no longer theirs.
    """
    placement = await lock_placement(tx, checked_id(placement_id))
    # What is not the caller's to change is not shown to be locked, but maybe to be read.
    known = placement or await find_readable(tx, caller, placement_id)
    if placement is None or not caller.acts_for(known.unit):
        raise Problem("not-your-unit", unit=known.unit)
    return placement


def checked_id(written: str) -> str:
    """An id as it is stored, or `not-found` for what can be none."""
    try:
        return str(UUID(written))
    except ValueError as fault:
        raise Problem("not-found") from fault
