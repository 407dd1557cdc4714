"""Where every unit stands, now or as of any moment of the past."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from documents.declared import answers
from services.quota.api.as_of import Asked, AsOfQuery, read_moment
from services.quota.api.documents import board_document
from services.quota.api.shown import BoardShown
from services.quota.domain.balances import board_of
from shared.http.answers import answer
from shared.http.route import ALL_BUT_OPERATOR, ContractRoute, allowed

router = APIRouter(prefix="/quota/v1/quotas", tags=["balances"], route_class=ContractRoute)


@router.get("/{quota}/balances")
@allowed(*ALL_BUT_OPERATOR)
@answers(200, BoardShown)
async def show_balances(
    quota: str, asking: Asked, query: Annotated[AsOfQuery, Query()]
) -> Response:
    """Credited, target and balance of every unit, exact; they sum to zero."""
    moment = await read_moment(asking, quota, query)
    balances = board_of(moment.plan, moment.counts, moment.on)
    return answer(200, board_document(moment.quota, moment.land, balances, moment.as_of()))
