"""What the quotas are."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from documents.declared import answers
from services.quota.api.documents import quota_document
from services.quota.api.reading import find_land, read_rules
from services.quota.api.shown import QuotaPage, QuotaShown
from services.quota.store.definitions import list_quotas
from shared.http.answers import Listing, answer, from_cursor, page, to_cursor
from shared.http.route import ALL_BUT_OPERATOR, Calling, ContractRoute, allowed
from shared.postgres import snapshot
from shared.service import Stored

router = APIRouter(prefix="/quota/v1/quotas", tags=["quotas"], route_class=ContractRoute)


@router.get("")
@allowed(*ALL_BUT_OPERATOR)
@answers(200, QuotaPage)
async def show_quotas(
    call: Calling, database: Stored, query: Annotated[Listing, Query()]
) -> Response:
    """Every quota of the caller's Länder with its whole definition, by code."""
    after = from_cursor(query.cursor, [str])[0] if query.cursor else ""
    async with snapshot(database, call.caller.lands) as tx:
        quotas = [
            (quota, land)
            for quota, land in await list_quotas(tx)
            if quota > after and call.caller.may_read_land(land)
        ]
        shown = quotas[: query.limit]
        items = [quota_document(await read_rules(tx, land, quota)) for quota, land in shown]
    return page(items, to_cursor(shown[-1][0]) if len(quotas) > len(shown) else None)


@router.get("/{quota}")
@allowed(*ALL_BUT_OPERATOR)
@answers(200, QuotaShown)
async def show_quota(call: Calling, database: Stored, quota: str) -> Response:
    """One quota's members, rules, tolerances, periods and keys, also the replaced ones."""
    async with snapshot(database, call.caller.lands) as tx:
        land = await find_land(tx, quota, call.caller)
        return answer(200, quota_document(await read_rules(tx, land, quota)))
