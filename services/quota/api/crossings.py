"""Every standing that changed: of one quota, and the feed of a Land."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from documents.declared import answers
from services.quota.api.reading import find_land
from services.quota.api.shown import CrossingFeed, CrossingPage
from services.quota.store.crossings import list_written_after, list_written_of_quota
from shared.codes import Land, QuotaCode, Role
from shared.contracts.crossings import crossing_document
from shared.http.answers import FeedListing, Listing, from_cursor, page, to_cursor
from shared.http.problems import Problem
from shared.http.route import Calling, ContractRoute, allowed
from shared.postgres import snapshot
from shared.service import Stored

router = APIRouter(prefix="/quota/v1", tags=["crossings"], route_class=ContractRoute)
READERS = (Role.COORDINATION, Role.AUDITOR, Role.SERVICE)


@router.get("/quotas/{quota}/crossings")
@allowed(*READERS[:2])
@answers(200, CrossingPage)
async def show_crossings(
    call: Calling, database: Stored, quota: str, query: Annotated[Listing, Query()]
) -> Response:
    """One quota's crossings, oldest first."""
    after = from_cursor(query.cursor, [int])[0] if query.cursor else 0
    async with snapshot(database, call.caller.lands) as tx:
        await find_land(tx, quota, call.caller)
        found = await list_written_of_quota(tx, QuotaCode(quota), after, query.limit + 1)
    shown = [crossing_document(facts) for facts, _ in found[: query.limit]]
    more = len(found) > query.limit
    return page(shown, to_cursor(shown[-1]["sequence"]) if more else None)


@router.get("/crossings/{land}")
@allowed(*READERS)
@answers(200, CrossingFeed)
async def show_feed(
    call: Calling, database: Stored, land: str, query: Annotated[FeedListing, Query()]
) -> Response:
    """A Land's crossings after a number, without gaps, in the order of application."""
    if not call.caller.may_read_land(land):
        raise Problem("not-found")
    async with snapshot(database, call.caller.lands) as tx:
        found = await list_written_after(tx, Land(land), query.after, query.limit + 1)
    shown = [crossing_document(facts) for facts, _ in found[: query.limit]]
    more = len(found) > query.limit
    return page(shown, shown[-1]["sequence"] if more else None)
