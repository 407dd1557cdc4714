"""Placements are recorded, one or many, read and listed."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response

from documents.declared import ETAG, NEW, answers, refuses
from services.admissions.api.authority import find_readable, readable_units, require_units
from services.admissions.api.documents import ROOT, placement_document, show_placement, spans
from services.admissions.api.models import BatchBody, PlacementBody, PlacementListing
from services.admissions.api.shown import (
    PlacementPage,
    PlacementShown,
    PlacementsShown,
    PlacementWithEntries,
)
from services.admissions.api.together import AtDesk, Submission
from services.admissions.domain.placement import Placement
from services.admissions.store.entries import list_entries
from services.admissions.store.placements import Wanted, list_placements
from shared.codes import Role
from shared.http.answers import answer, page, to_cursor
from shared.http.route import ALL_BUT_OPERATOR, Calling, ContractRoute, allowed
from shared.postgres import snapshot
from shared.service import Stored

router = APIRouter(prefix=f"{ROOT}/placements", tags=["placements"], route_class=ContractRoute)


@router.post("")
@allowed(Role.CITY, Role.COORDINATION)
@answers(201, PlacementShown, *NEW)
@refuses("not-your-unit")
async def record_placement(
    body: PlacementBody, call: Calling, database: Stored, desk: AtDesk
) -> Response:
    """Record n people that a unit took in; the answer is the placement."""
    require_units(call.caller, {"/unit": body.unit})

    def show(placements: Sequence[Placement]) -> Response:
        return show_placement(201, *placements)

    return await desk.submit(database, Submission(call, [body.proposal()], show))


@router.post("/batch")
@allowed(Role.CITY, Role.COORDINATION)
@answers(201, PlacementsShown)
@refuses("not-your-unit")
async def record_batch(body: BatchBody, call: Calling, database: Stored, desk: AtDesk) -> Response:
    """Record up to 1,000 placements, all or none; the answer keeps their order."""
    units = {f"/placements/{place}/unit": one.unit for place, one in enumerate(body.placements)}
    require_units(call.caller, units)

    def show(placements: Sequence[Placement]) -> Response:
        call.names(spans(placements))
        return answer(201, {"items": [placement_document(one) for one in placements]})

    proposals = [one.proposal() for one in body.placements]
    return await desk.submit(database, Submission(call, proposals, show))


@router.get("")
@allowed(*ALL_BUT_OPERATOR)
@answers(200, PlacementPage)
@refuses("not-found", "not-your-unit")
async def show_placements(
    call: Calling, database: Stored, query: Annotated[PlacementListing, Query()]
) -> Response:
    """The placements that the caller may read, newest first."""
    wanted = Wanted(
        units=readable_units(call.caller, query.unit),
        unit=query.unit,
        programme=query.programme,
        effective_from=query.effective_from,
        effective_to=query.effective_to,
    )
    # Only of these the rows are found by their index, whatever else the caller reaches.
    reach = frozenset({query.unit}) if query.unit else call.caller.reach
    async with snapshot(database, reach) as tx:
        found = await list_placements(tx, wanted, query.cursor, query.limit + 1)
    shown = found[: query.limit]
    more = to_cursor(shown[-1].id) if len(found) > len(shown) else None
    return page([placement_document(one) for one in shown], more)


@router.get("/{placement_id}")
@allowed(*ALL_BUT_OPERATOR)
@answers(200, PlacementWithEntries, ETAG)
async def show_one(call: Calling, database: Stored, placement_id: str) -> Response:
    """One placement as it now stands, with its entries."""
    async with snapshot(database, call.caller.reach) as tx:
        placement = await find_readable(tx, call.caller, placement_id)
        entries = await list_entries(tx, placement.id)
    return show_placement(200, placement, entries=entries)
