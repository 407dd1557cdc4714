"""Placements are corrected and withdrawn: what was recorded stays, and an entry follows."""

from fastapi import APIRouter, Response

from access.caller import Caller
from documents.declared import CHANGE, NEW, answers, refuses
from services.admissions.api.authority import find_changeable, require_units
from services.admissions.api.documents import ROOT, show_placement
from services.admissions.api.entering import Ringing, enter
from services.admissions.api.models import CorrectionBody, WithdrawalBody
from services.admissions.api.shown import PlacementShown
from services.admissions.domain.placement import Placement, correct, withdraw
from services.admissions.store.transfers import void_open_transfer
from shared.codes import Role
from shared.http.answers import etag
from shared.http.once import once
from shared.http.problems import Problem
from shared.http.route import Calling, ContractRoute, allowed
from shared.postgres import Connection
from shared.service import Stored

router = APIRouter(prefix=f"{ROOT}/placements", tags=["placements"], route_class=ContractRoute)
REFUSALS = (*CHANGE, "not-your-unit", "already-withdrawn")


@router.post("/{placement_id}/corrections")
@allowed(Role.CITY, Role.COORDINATION)
@answers(201, PlacementShown, *NEW)
@refuses(*REFUSALS)
async def correct_placement(
    placement_id: str, body: CorrectionBody, call: Calling, database: Stored, bell: Ringing
) -> Response:
    """Correct what the body names; the answer is the placement as it now stands."""
    correction = body.correction()
    if correction.unit is not None:
        _require_authority_over_moves(call.caller, correction.unit)

    async def find(tx: Connection) -> Placement:
        found = await find_changeable(tx, call.caller, placement_id)
        if found.legs_before and not call.caller.has(Role.COORDINATION):
            raise Problem("role", needed=Role.COORDINATION)
        return found

    async def act(tx: Connection, found: Placement) -> Response:
        call.expect(etag(found.sequence))
        await void_open_transfer(tx, found.id)
        entered = await enter(
            tx, found.land, lambda stamps: [correct(next(stamps), found, correction)]
        )
        return show_placement(201, entered.placements[0])

    given = await once(call, database, find, act)
    bell.ring()
    return given


@router.post("/{placement_id}/withdrawal")
@allowed(Role.CITY, Role.COORDINATION)
@answers(201, PlacementShown, *NEW)
@refuses(*REFUSALS)
async def withdraw_placement(
    placement_id: str, body: WithdrawalBody, call: Calling, database: Stored, bell: Ringing
) -> Response:
    """Let the placement count nowhere any more; nothing follows on it."""

    async def find(tx: Connection) -> Placement:
        return await find_changeable(tx, call.caller, placement_id)

    async def act(tx: Connection, found: Placement) -> Response:
        call.expect(etag(found.sequence))
        await void_open_transfer(tx, found.id)
        entered = await enter(
            tx, found.land, lambda stamps: [withdraw(next(stamps), found, body.reason)]
        )
        return show_placement(201, entered.placements[0])

    given = await once(call, database, find, act)
    bell.ring()
    return given


def _require_authority_over_moves(caller: Caller, unit: str) -> None:
    """A city moves people to another unit by transfer, which that unit confirms."""
    if not caller.has(Role.COORDINATION):
        raise Problem("role", needed=Role.COORDINATION)
    require_units(caller, {"/unit": unit})
