"""Where every unit stands now."""

from fastapi import APIRouter, Response

from services.quota.api.documents import board_document
from services.quota.api.reading import read_quota
from services.quota.domain.balances import board
from shared.clock import today_in_berlin
from shared.http.answers import answer
from shared.http.route import ALL_BUT_OPERATOR, Calling, ContractRoute, allowed
from shared.postgres import snapshot
from shared.service import Stored

router = APIRouter(prefix="/quota/v1/quotas", tags=["balances"], route_class=ContractRoute)


@router.get("/{quota}/balances", response_model=None)
@allowed(*ALL_BUT_OPERATOR)
async def show_balances(call: Calling, database: Stored, quota: str) -> Response:
    """Credited, target and balance of every unit, exact; they sum to zero."""
    async with snapshot(database) as tx:
        now = await read_quota(tx, quota, call.caller)
    balances = board(now.rules, now.counts, today_in_berlin())
    return answer(200, board_document(now.rules.quota, now.rules.land, balances, now.position))
