"""Where every unit stands now."""

from fastapi import APIRouter, Response

from services.quota.api.documents import balance_document
from services.quota.api.reading import read_quota
from services.quota.domain.balances import board
from services.quota.store.names import load_unit_names
from shared.clock import today_in_berlin
from shared.contracts.exact import exact
from shared.http.answers import answer
from shared.http.route import ALL_BUT_OPERATOR, Calling, ContractRoute, allowed
from shared.postgres import snapshot
from shared.service import Stored

router = APIRouter(prefix="/quota/v1/quotas", tags=["balances"], route_class=ContractRoute)
NAMES = load_unit_names()


@router.get("/{quota}/balances", response_model=None)
@allowed(*ALL_BUT_OPERATOR)
async def show_balances(call: Calling, database: Stored, quota: str) -> Response:
    """Credited, target and balance of every unit, exact; they sum to zero."""
    async with snapshot(database) as tx:
        now = await read_quota(tx, quota, call.caller)
    balances = board(now.rules, now.counts, today_in_berlin())
    as_of = {
        "sequence": now.position.sequence,
        "definition": now.position.definition,
        "valid_on": None,
        "known_at": None,
    }
    return answer(
        200,
        {
            "quota": now.rules.quota,
            "land": now.rules.land,
            "as_of": as_of,
            "total": exact(balances.total),
            "units": [balance_document(each, NAMES[each.unit]) for each in balances.units],
        },
    )
