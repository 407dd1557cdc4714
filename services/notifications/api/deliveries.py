"""Deliveries are listed and read: what was sent, what failed, what comes next."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict

from access.caller import Caller
from documents.declared import answers
from services.notifications.api.asking import (
    Cursor,
    NoWishes,
    Ringing,
    id_in,
    lands_of,
    number_in,
    or_not_found,
    page_of,
)
from services.notifications.api.shown import ROOT, DeliveryPage, DeliveryShown
from services.notifications.domain.delivery import Tracked
from services.notifications.store import deliveries
from shared.clock import now
from shared.codes import Role, instant_text
from shared.http.answers import Limit, answer
from shared.http.once import once
from shared.http.route import Calling, ContractRoute, allowed
from shared.postgres import Connection, set_reach, snapshot
from shared.service import Stored

router = APIRouter(prefix=f"{ROOT}/deliveries", tags=["deliveries"], route_class=ContractRoute)


class DeliveryListing(BaseModel):
    """How many deliveries, from where on."""

    model_config = ConfigDict(extra="forbid")
    limit: Limit = 100
    cursor: Cursor = None


@router.get("")
@allowed(Role.COORDINATION, Role.OPERATOR)
@answers(200, DeliveryPage)
async def show_deliveries(
    call: Calling, database: Stored, query: Annotated[DeliveryListing, Query()]
) -> Response:
    """The deliveries about the caller's Lands, newest first."""
    async with snapshot(database, call.caller.lands) as tx:
        found = await deliveries.list_deliveries(
            tx, lands_of(call.caller), number_in(query.cursor), query.limit + 1
        )
    return page_of(found, query.limit, lambda one: to_document(one, call.caller))


@router.get("/{delivery_id}")
@allowed(Role.COORDINATION, Role.OPERATOR)
@answers(200, DeliveryShown)
async def show_delivery(delivery_id: str, call: Calling, database: Stored) -> Response:
    """One delivery with all its tries."""
    async with snapshot(database, call.caller.lands) as tx:
        found = await deliveries.load_delivery(tx, id_in(delivery_id), lands_of(call.caller))
    return answer(200, to_document(or_not_found(found), call.caller))


@router.post("/{delivery_id}/retry")
@allowed(Role.COORDINATION, Role.OPERATOR)
@answers(202, DeliveryShown)
async def retry_delivery(
    delivery_id: str,
    call: Calling,
    database: Stored,
    bell: Ringing,
    _body: NoWishes | None = None,
) -> Response:
    """Try again from now on, with the same id and content, whatever became of it.

    What was for a recipient that is deleted stays given up.
    """

    async def find(tx: Connection) -> Tracked:
        await set_reach(tx, call.caller.lands)  # an operator reaches nothing else than these
        found = await deliveries.load_delivery(tx, id_in(delivery_id), lands_of(call.caller))
        return or_not_found(found)

    async def act(tx: Connection, found: Tracked) -> Response:
        restarted = await deliveries.restart_delivery(tx, found.delivery.id, now())
        return answer(202, to_document(restarted or found, call.caller))

    given = await once(call, database, find, act)
    bell.ring()
    return given


def to_document(tracked: Tracked, caller: Caller) -> dict[str, Any]:
    """A delivery by the contract's names; which alerts it carries is for the coordination."""
    delivery, progress = tracked.delivery, tracked.progress
    carried = {"alerts": [str(alert) for alert in delivery.alerts]}
    return {
        "id": str(delivery.id),
        **(carried if caller.has(Role.COORDINATION) else {}),
        "recipient": str(delivery.recipient),
        "channel": delivery.channel.value,
        "state": progress.state.value,
        "attempts": [
            {"at": instant_text(one.at), "outcome": one.outcome} for one in tracked.attempts
        ],
        "next_try": progress.next_try and instant_text(progress.next_try),
    }
