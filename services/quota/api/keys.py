"""A key is imported as published, or tried: refused with every reason at once."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from documents.declared import answers
from services.quota.api.changes import KeyBody
from services.quota.api.defining import Ringing, define
from services.quota.api.reading import find_land
from services.quota.api.refused import unread_faults
from services.quota.api.shown import QuotaShown, TrialShown
from services.quota.api.trying_keys import key_in, try_key
from shared.codes import QuotaCode, Role
from shared.http.answers import answer
from shared.http.problems import Problem
from shared.http.route import Calling, ContractRoute, allowed
from shared.postgres import snapshot
from shared.service import Stored

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class KeyRoute(ContractRoute):
    """Weights are judged whatever else is wrong with the body."""

    def get_route_handler(self) -> Handler:
        """The contract's checks; what they refuse is joined by the weights' own faults."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except Problem as problem:
                if problem.slug == "invalid":
                    known = {fault.pointer for fault in problem.faults}
                    weights = unread_faults(orjson.loads(request.state.call.body))
                    more = [fault for fault in weights if fault.pointer not in known]
                    problem.faults = [*problem.faults, *more]
                raise

        return handle


router = APIRouter(prefix="/quota/v1/quotas", tags=["definitions"], route_class=KeyRoute)


class TrialQuery(BaseModel):
    """Whether a key is only tried: `?dry_run=true`."""

    model_config = ConfigDict(extra="forbid")
    dry_run: bool = False


@router.post("/{quota}/keys")
@allowed(Role.COORDINATION)
@answers(200, TrialShown)
@answers(201, QuotaShown)
async def import_key(
    quota: str,
    body: KeyBody,
    call: Calling,
    database: Stored,
    bell: Ringing,
    query: Annotated[TrialQuery, Query()],
) -> Response:
    """Import a key as published; with `dry_run` show what it would do and record nothing."""
    if query.dry_run:
        async with snapshot(database, call.caller.lands) as tx:
            land = await find_land(tx, quota, call.caller)
            return answer(200, await try_key(tx, land, QuotaCode(quota), body))
    return await define(call, database, bell, quota, lambda rules: key_in(body, rules))
