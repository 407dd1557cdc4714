"""API keys are made, listed and revoked by the coordination; whoever has one asks what it opens."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from uuid_utils.compat import uuid7

from access.caller import Caller
from access.entrance import PREFIX
from documents.declared import LOCATION, answers, refuses
from services.admissions.api.authority import checked_id, require_units
from services.admissions.api.documents import ROOT
from services.admissions.api.key_ring import KeyRing
from services.admissions.api.models import ApiKeyBody, PlainListing
from services.admissions.api.shown import (
    ApiKeyPage,
    ApiKeyShown,
    CallerShown,
    NewApiKeyShown,
)
from services.admissions.domain.api_key import USUAL, ApiKey
from services.admissions.store.api_keys import (
    insert_api_key,
    list_api_keys,
    load_api_key,
    revoke_api_key,
)
from services.admissions.store.placements import AFTER_ALL
from shared.clock import now
from shared.codes import Role, instant_text
from shared.http.answers import answer, page, to_cursor
from shared.http.once import ShownOnce, nothing, once
from shared.http.problems import Problem
from shared.http.route import ANY_TOKEN, Calling, ContractRoute, allowed
from shared.postgres import Connection, snapshot
from shared.service import Stored

router = APIRouter(prefix=ROOT, tags=["access"], route_class=ContractRoute)
KEY_BYTES = 32


async def the_key_ring(request: Request) -> KeyRing:
    """Where the keys of this service hang."""
    ring: KeyRing = request.app.state.key_ring
    return ring


Ring = Annotated[KeyRing, Depends(the_key_ring)]


@router.get("/caller")
@allowed(*ANY_TOKEN, any_scope=True)
@answers(200, CallerShown)
async def show_caller(call: Calling) -> Response:
    """Who the token or API key says that you are, and what it reaches."""
    return answer(200, call.caller.document())


@router.post("/api-keys")
@allowed(Role.COORDINATION)
@answers(201, NewApiKeyShown, LOCATION)
@refuses("not-your-unit")
async def make_api_key(body: ApiKeyBody, call: Calling, database: Stored, ring: Ring) -> Response:
    """A key for the systems of one unit, which acts as its city; it is shown this once."""
    require_units(call.caller, {"/unit": body.unit})

    async def act(tx: Connection, _: None) -> Response:
        key, made = PREFIX + secrets.token_urlsafe(KEY_BYTES), new_key(body, call.caller)
        await insert_api_key(tx, made, ring.digest(key))
        return ShownOnce.of(show(201, made, key=key), show(201, made, key=None))

    return await once(call, database, nothing, act)


def new_key(body: ApiKeyBody, maker: Caller) -> ApiKey:
    """What is known of a key from now on."""
    made_at = now()
    ends = body.expires_at or made_at + USUAL
    return ApiKey(str(uuid7()), body.unit, body.label, body.wanted(), maker.client, made_at, ends)


def show(status: int, shown: ApiKey, **more: object) -> Response:
    """A key without the key, and for what was made its address."""
    headers = {"Location": f"{ROOT}/api-keys/{shown.id}"} if status == 201 else {}
    return answer(status, to_document(shown) | more, **headers)


def to_document(key: ApiKey) -> dict[str, Any]:
    """A key as it is shown to the coordination: never the key itself."""
    instants = ("made_at", "expires_at", "last_used_at", "revoked_at")
    shown = {name: getattr(key, name) for name in instants}
    return {
        "id": key.id,
        "unit": key.unit,
        "label": key.label,
        "scopes": key.scopes,
        "state": key.state(now()),
        "made_by": key.made_by,
        **{name: at and instant_text(at) for name, at in shown.items()},
    }


@router.get("/api-keys")
@allowed(Role.COORDINATION)
@answers(200, ApiKeyPage)
async def show_api_keys(
    call: Calling, database: Stored, query: Annotated[PlainListing, Query()]
) -> Response:
    """The keys for units of the caller's Lands, newest first, ended ones too."""
    async with snapshot(database, call.caller.reach) as tx:
        found = await list_api_keys(
            tx, call.caller.lands, query.cursor or AFTER_ALL, query.limit + 1
        )
    shown = found[: query.limit]
    more = to_cursor(shown[-1].id) if len(found) > len(shown) else None
    return page([to_document(one) for one in shown], more)


@router.get("/api-keys/{key_id}")
@allowed(Role.COORDINATION)
@answers(200, ApiKeyShown)
async def show_api_key(key_id: str, call: Calling, database: Stored) -> Response:
    """One key, without the key."""
    async with snapshot(database, call.caller.reach) as tx:
        return show(200, await _find(tx, call.caller, key_id))


@router.delete("/api-keys/{key_id}")
@allowed(Role.COORDINATION)
@answers(204, None)
async def delete_api_key(key_id: str, call: Calling, database: Stored) -> Response:
    """Revoke a key: it opens nothing from now on, at any of the services."""

    async def find(tx: Connection) -> ApiKey:
        return await _find(tx, call.caller, key_id)

    async def act(tx: Connection, found: ApiKey) -> Response:
        await revoke_api_key(tx, found.id, now())
        return Response(status_code=204)

    return await once(call, database, find, act)


async def _find(tx: Connection, caller: Caller, key_id: str) -> ApiKey:
    found = await load_api_key(tx, checked_id(key_id))
    if found is None or not caller.acts_for(found.unit):
        raise Problem("not-found")
    return found
