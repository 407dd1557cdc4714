"""Routes whose author never thought of foreign units, nor of what a transaction reaches."""

from typing import Any

from fastapi import APIRouter, Response

from services.admissions.api.documents import ROOT
from services.admissions.api.entering import enter, record_all
from services.admissions.api.models import PlacementBody
from services.admissions.domain.placement import Placement, withdraw
from services.admissions.store.entries import list_entries
from services.admissions.store.placements import (
    Wanted,
    list_placements,
    load_placement,
    lock_placement,
)
from shared.http.answers import answer
from shared.http.once import nothing, once
from shared.http.problems import Problem
from shared.http.route import ALL_BUT_OPERATOR, Calling, ContractRoute, allowed
from shared.postgres import Connection, snapshot
from shared.service import Stored

UNITS = ("01001", "01002", "01003")
router = APIRouter(prefix=f"{ROOT}/careless", route_class=ContractRoute)


@router.get("/reaching/{placement_id}")
@allowed(*ALL_BUT_OPERATOR)
async def show_whatever(call: Calling, database: Stored, placement_id: str) -> Response:
    async with snapshot(database, call.caller.reach) as tx:
        return answer(200, await all_of(tx, placement_id))


@router.get("/silent/{placement_id}")
@allowed(*ALL_BUT_OPERATOR)
async def show_without_a_word(database: Stored, placement_id: str) -> Response:
    async with snapshot(database) as tx:
        return answer(200, await all_of(tx, placement_id))


async def all_of(tx: Connection, placement_id: str) -> dict[str, Any]:
    listed = await list_placements(tx, Wanted(units=UNITS), None, 100)
    found = await load_placement(tx, placement_id)
    return {
        "is_there": found is not None,
        "units": [one.unit for one in listed],
        "entries": len(await list_entries(tx, placement_id)),
    }


@router.post("")
@allowed(*ALL_BUT_OPERATOR)
async def record_whatever(body: PlacementBody, call: Calling, database: Stored) -> Response:
    async def act(tx: Connection, _: None) -> Response:
        return answer(201, len((await record_all(tx, [body.proposal()])).placements))

    return await once(call, database, nothing, act)


@router.post("/withdrawal/{placement_id}")
@allowed(*ALL_BUT_OPERATOR)
async def withdraw_whatever(call: Calling, database: Stored, placement_id: str) -> Response:
    async def find(tx: Connection) -> Placement:
        found = await lock_placement(tx, placement_id)
        if found is None:
            raise Problem("not-found")
        return found

    async def act(tx: Connection, found: Placement) -> Response:
        await enter(tx, found.land, lambda stamps: [withdraw(next(stamps), found, "typing-error")])
        return answer(201, None)

    return await once(call, database, find, act)
