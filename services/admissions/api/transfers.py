"""A placement is handed over: proposed by a city and confirmed by the other, or ordered."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from uuid_utils.compat import uuid7

from access.caller import Caller
from documents.declared import CHANGE, LOCATION, NEW, answers, refuses
from services.admissions.api.authority import (
    checked_id,
    find_changeable,
    readable_units,
    require_units,
)
from services.admissions.api.documents import ROOT, show_placement
from services.admissions.api.entering import Ringing, enter, problem_of
from services.admissions.api.models import Body, PlainListing, TransferBody
from services.admissions.api.shown import PlacementShown, TransferPage, TransferShown
from services.admissions.domain.placement import (
    Move,
    Placement,
    check_move,
    refuse_withdrawn,
    transfer,
)
from services.admissions.domain.proposal import Transfer, TransferState, decide
from services.admissions.store.placements import AFTER_ALL, lock_placement
from services.admissions.store.transfers import (
    insert_transfer,
    list_transfers,
    load_transfer,
    lock_transfer,
    set_state,
    void_open_transfer,
)
from shared.codes import Refusal, Role
from shared.http.answers import answer, etag, page, to_cursor
from shared.http.once import once
from shared.http.problems import Fault, Problem
from shared.http.route import ALL_BUT_OPERATOR, Call, Calling, ContractRoute, allowed
from shared.postgres import Bell, Connection, Database, set_reach, snapshot
from shared.service import Stored

router = APIRouter(prefix=ROOT, tags=["transfers"], route_class=ContractRoute)
ACTORS = (Role.CITY, Role.COORDINATION)
POINTERS = {"transfer-before-placement": "/effective_on"}


@router.post("/placements/{placement_id}/transfer")
@allowed(*ACTORS)
@answers(201, PlacementShown, *NEW)
@answers(202, TransferShown, LOCATION)
@refuses(*CHANGE, "not-your-unit", "already-withdrawn")
async def hand_over(
    placement_id: str, body: TransferBody, call: Calling, database: Stored, bell: Ringing
) -> Response:
    """Propose to hand all people over, or as the coordination do it at once."""

    async def find(tx: Connection) -> Placement:
        return await find_changeable(tx, call.caller, placement_id)

    async def act(tx: Connection, found: Placement) -> Response:
        call.expect(etag(found.sequence))
        check(found, body.move())
        await void_open_transfer(tx, found.id)
        if call.caller.has(Role.COORDINATION):
            return await _move(tx, found, body.move())
        return await _propose(tx, found, body.move())

    given = await once(call, database, find, act)
    bell.ring()
    return given


def check(found: Placement, move: Move) -> None:
    """Refuse a withdrawn placement, and show everything that speaks against the move."""
    try:
        refuse_withdrawn(found)
    except Refusal as refusal:
        raise problem_of(refusal) from refusal
    faults = [
        Fault(each.code, POINTERS.get(each.code, "/to_unit"), facts=each.facts)
        for each in check_move(found, move)
    ]
    if faults:
        raise Problem.invalid(*faults)


async def _move(tx: Connection, found: Placement, move: Move) -> Response:
    await insert_transfer(tx, a_transfer(found, move, TransferState.CONFIRMED))
    return show_placement(201, await _transferred(tx, found, move))


async def _transferred(tx: Connection, found: Placement, move: Move) -> Placement:
    entered = await enter(tx, found.land, lambda stamps: [transfer(next(stamps), found, move)])
    return entered.placements[0]


async def _propose(tx: Connection, found: Placement, move: Move) -> Response:
    proposed = a_transfer(found, move, TransferState.PROPOSED)
    await insert_transfer(tx, proposed)
    address = f"{ROOT}/transfers/{proposed.id}"
    return answer(202, transfer_document(proposed), Location=address)


def a_transfer(found: Placement, move: Move, state: TransferState) -> Transfer:
    """A new transfer of a placement from the unit that has it."""
    return Transfer(str(uuid7()), found.land, found.id, found.unit, move, state)


@router.post("/transfers/{transfer_id}/confirmation")
@allowed(*ACTORS)
@answers(201, PlacementShown, *NEW)
@refuses("not-your-unit", "transfer-void", "already-withdrawn")
async def confirm_transfer(
    transfer_id: str, _body: Body, call: Calling, database: Stored, bell: Ringing
) -> Response:
    """Take the people: from now on they count with the receiving unit."""

    async def act(tx: Connection, placement: Placement, proposed: Transfer) -> Response:
        await set_state(tx, _decided(proposed, TransferState.CONFIRMED))
        check(placement, proposed.move)
        return show_placement(201, await _transferred(tx, placement, proposed.move))

    return await _decide(call, database, bell, transfer_id, act)


@router.post("/transfers/{transfer_id}/refusal")
@allowed(*ACTORS)
@answers(201, TransferShown)
@refuses("not-your-unit", "transfer-void")
async def refuse_transfer(
    transfer_id: str, _body: Body, call: Calling, database: Stored, bell: Ringing
) -> Response:
    """Leave the people where they are."""

    async def act(tx: Connection, _: Placement, proposed: Transfer) -> Response:
        refused = _decided(proposed, TransferState.REFUSED)
        await set_state(tx, refused)
        return answer(201, transfer_document(refused))

    return await _decide(call, database, bell, transfer_id, act)


async def _decide(
    call: Call,
    database: Database,
    bell: Bell,
    transfer_id: str,
    act: Callable[[Connection, Placement, Transfer], Awaitable[Response]],
) -> Response:
    """Only the receiving unit, or the coordination, decides. The placement is locked first."""

    async def find(tx: Connection) -> Transfer:
        found = await _find(tx, call.caller, transfer_id)
        require_units(call.caller, {"": found.move.to_unit})
        return found

    async def lock_and_act(tx: Connection, found: Transfer) -> Response:
        # Until it is theirs, it is the other unit's: nothing else of that unit is asked for.
        await set_reach(tx, call.caller.reach | {found.from_unit})
        placement = await lock_placement(tx, found.placement)
        proposed = await lock_transfer(tx, found.id)
        if placement is None or proposed is None:
            raise Problem("not-found")
        return await act(tx, placement, proposed)

    given = await once(call, database, find, lock_and_act)
    bell.ring()
    return given


def _decided(found: Transfer, state: TransferState) -> Transfer:
    try:
        return decide(found, state)
    except Refusal as refusal:
        raise problem_of(refusal) from refusal


@router.get("/transfers")
@allowed(*ALL_BUT_OPERATOR)
@answers(200, TransferPage)
async def show_transfers(
    call: Calling, database: Stored, query: Annotated[PlainListing, Query()]
) -> Response:
    """The transfers from or to units that the caller may read, newest first."""
    units = readable_units(call.caller, None)
    async with snapshot(database, call.caller.reach) as tx:
        found = await list_transfers(tx, units, query.cursor or AFTER_ALL, query.limit + 1)
    shown = found[: query.limit]
    more = to_cursor(shown[-1].id) if len(found) > len(shown) else None
    return page([transfer_document(one) for one in shown], more)


@router.get("/transfers/{transfer_id}")
@allowed(*ALL_BUT_OPERATOR)
@answers(200, TransferShown)
async def show_transfer(transfer_id: str, call: Calling, database: Stored) -> Response:
    """One transfer, for both of its units."""
    async with snapshot(database, call.caller.reach) as tx:
        found = await _find(tx, call.caller, transfer_id)
    return answer(200, transfer_document(found))


async def _find(tx: Connection, caller: Caller, transfer_id: str) -> Transfer:
    found = await load_transfer(tx, checked_id(transfer_id))
    units = (found.from_unit, found.move.to_unit) if found else ()
    if found is None or not any(caller.reads_of(unit) for unit in units):
        raise Problem("not-found")
    return found


def transfer_document(one: Transfer) -> dict[str, Any]:
    """A transfer as the contract writes it."""
    return {
        "id": one.id,
        "placement": one.placement,
        "from_unit": one.from_unit,
        "to_unit": one.move.to_unit,
        "effective_on": one.move.effective_on.isoformat(),
        "reason": one.move.reason,
        "state": one.state,
    }
