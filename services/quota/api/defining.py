"""Quotas are opened, given members, rules, keys, tolerance and periods, and closed."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from documents.declared import answers, refuses
from services.quota.api.changes import (
    ClosureBody,
    MemberBody,
    PeriodBody,
    QuotaBody,
    RuleBody,
    ToleranceBody,
)
from services.quota.api.documents import quota_document
from services.quota.api.reading import find_land, read_rules
from services.quota.api.refused import missing_faults
from services.quota.api.shown import QuotaShown
from services.quota.domain.definitions import Change, Closed, QuotaOpened, QuotaRules
from services.quota.domain.keys import missing_in_keys
from services.quota.store.definitions import QuotaExists
from services.quota.store.positions import lock_position
from services.quota.store.worlds import apply_changes
from shared.clock import now, today_in_berlin
from shared.codes import Land, QuotaCode, Role, land_of
from shared.http.answers import answer
from shared.http.once import nothing, once
from shared.http.problems import Fault, Problem
from shared.http.route import Call, Calling, ContractRoute, allowed
from shared.postgres import Bell, Connection, Database
from shared.service import Stored

router = APIRouter(prefix="/quota/v1/quotas", tags=["definitions"], route_class=ContractRoute)
Decide = Callable[[QuotaRules], Change]


async def the_bell(request: Request) -> Bell:
    """The bell that wakes the relay of crossings."""
    bell: Bell = request.app.state.bell
    return bell


Ringing = Annotated[Bell, Depends(the_bell)]


@router.post("")
@allowed(Role.COORDINATION)
@answers(201, QuotaShown)
@refuses("not-your-unit")
async def open_quota(body: QuotaBody, call: Calling, database: Stored) -> Response:
    """Open a quota; members, rules and keys follow by their own routes."""
    if not call.caller.may_read_land(body.land):
        raise Problem("not-your-unit", unit=body.land)
    quota, land = QuotaCode(body.quota), Land(body.land)

    async def act(tx: Connection, _: None) -> Response:
        call.names(quota)
        await lock_position(tx, land)
        try:
            return await _apply(tx, call, land, quota, QuotaOpened(body.name, body.source))
        except QuotaExists as taken:
            fault = Fault("quota-exists", "/quota", facts={"quota": quota})
            raise Problem.invalid(fault) from taken

    return await once(call, database, nothing, act)


@router.post("/{quota}/members")
@allowed(Role.COORDINATION)
@answers(201, QuotaShown)
async def add_member(
    quota: str, body: MemberBody, call: Calling, database: Stored, bell: Ringing
) -> Response:
    """Add a member's term; the same unit and first day again replaces it."""

    def decide(rules: QuotaRules) -> Change:
        if land_of(body.unit) != rules.land:
            raise Problem.invalid(Fault("other-land", "/unit", facts={"unit": body.unit}))
        if missing := missing_in_keys(body.change(), rules):
            raise Problem.invalid(*missing_faults(missing, "/unit"))
        return body.change()

    return await define(call, database, bell, quota, decide)


@router.post("/{quota}/rules")
@allowed(Role.COORDINATION)
@answers(201, QuotaShown)
async def add_rule(
    quota: str, body: RuleBody, call: Calling, database: Stored, bell: Ringing
) -> Response:
    """Add a crediting rule; the same programme and first day again replaces it."""
    return await define(call, database, bell, quota, lambda _: body.change())


@router.post("/{quota}/tolerance")
@allowed(Role.COORDINATION)
@answers(201, QuotaShown)
async def set_tolerance(
    quota: str, body: ToleranceBody, call: Calling, database: Stored, bell: Ringing
) -> Response:
    """Replace the tolerance as a whole."""
    return await define(call, database, bell, quota, lambda _: body.change())


@router.post("/{quota}/period")
@allowed(Role.COORDINATION)
@answers(201, QuotaShown)
async def set_period(
    quota: str, body: PeriodBody, call: Calling, database: Stored, bell: Ringing
) -> Response:
    """Count from the period that holds today."""
    return await define(call, database, bell, quota, lambda _: body.change(today_in_berlin()))


@router.post("/{quota}/closure")
@allowed(Role.COORDINATION)
@answers(201, QuotaShown)
async def close_quota(
    quota: str, body: ClosureBody, call: Calling, database: Stored, bell: Ringing
) -> Response:
    """Count nothing after a day; the quota crosses no more."""
    closed = Closed(body.closed_on, body.source)
    return await define(call, database, bell, quota, lambda _: closed)


async def define(
    call: Call, database: Database, bell: Bell, quota: str, decide: Decide
) -> Response:
    """Decide on the rules as they are under the Land's lock, apply, and answer with the quota."""

    async def find(tx: Connection) -> Land:
        return await find_land(tx, quota, call.caller)

    async def act(tx: Connection, land: Land) -> Response:
        await lock_position(tx, land)
        change = decide(await read_rules(tx, land, quota))
        return await _apply(tx, call, land, QuotaCode(quota), change)

    given = await once(call, database, find, act)
    bell.ring()
    return given


async def _apply(
    tx: Connection, call: Call, land: Land, quota: QuotaCode, change: Change
) -> Response:
    world = await apply_changes(tx, land, [(quota, change)], now(), call.caller.client)
    return answer(201, quota_document(world.rules()[quota]))
