"""Recipients are made, read, changed and deleted by the coordination."""

import base64
import secrets
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict
from uuid_utils.compat import uuid7

from access.caller import Caller
from access.seal import Seal
from documents.declared import CHANGE, ETAG, NEW, answers, refuses
from services.notifications.api.asking import (
    Cursor,
    NoWishes,
    Ringing,
    Sealing,
    id_in,
    lands_of,
    number_in,
    or_not_found,
    page_of,
)
from services.notifications.api.deliveries import to_document as show_delivery
from services.notifications.api.shown import (
    ROOT,
    DeliveryShown,
    NewRecipientShown,
    RecipientPage,
    RecipientShown,
)
from services.notifications.api.wishes import RecipientBody, allow_webhook_sink
from services.notifications.domain.delivery import RECIPIENT_DELETED, Attempt, plan_test
from services.notifications.domain.recipient import ChannelCode, Recipient
from services.notifications.store import deliveries, recipients
from shared.clock import now
from shared.codes import LANDS, Role
from shared.http.answers import Limit, answer, etag
from shared.http.once import ShownOnce, nothing, once
from shared.http.problems import Fault, Problem
from shared.http.route import Calling, ContractRoute, allowed
from shared.postgres import Connection, snapshot
from shared.service import Stored

router = APIRouter(
    prefix=f"{ROOT}/recipients",
    tags=["recipients"],
    route_class=ContractRoute,
    dependencies=[Depends(allow_webhook_sink)],
)
SECRET_BYTES = 32


class RecipientListing(BaseModel):
    """How many recipients, from where on."""

    model_config = ConfigDict(extra="forbid")
    limit: Limit = 100
    cursor: Cursor = None


@router.post("")
@allowed(Role.COORDINATION)
@answers(201, NewRecipientShown, *NEW)
@refuses("not-found")
async def make_recipient(
    body: RecipientBody, call: Calling, database: Stored, seal: Sealing
) -> Response:
    """A new recipient for the caller's Lands; a webhook's secret is shown this once."""

    async def act(tx: Connection, _: None) -> Response:
        secret = secret_for(body)
        recipient = sealed(new_recipient(body, call.caller), secret, seal)
        await recipients.insert_recipient(tx, recipient)
        return show_new(recipient, secret)

    return await once(call, database, nothing, act)


def new_recipient(body: RecipientBody, caller: Caller) -> Recipient:
    """A recipient of the caller's Lands."""
    lands = tuple(land for land in LANDS if caller.may_read_land(land))
    if not lands:
        raise Problem("not-found")
    return Recipient(uuid7(), body.wish(), lands, None, 1)


def secret_for(body: RecipientBody) -> str | None:
    """A key as Standard Webhooks writes it, for whom we sign."""
    if body.wish().channel is not ChannelCode.WEBHOOK:
        return None
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sealed(recipient: Recipient, secret: str | None, seal: Seal) -> Recipient:
    """The recipient with its secret as it is kept."""
    kept = secret and seal.close(secret, str(recipient.id))
    return replace(recipient, secret=kept)


def show_new(recipient: Recipient, secret: str | None) -> Response:
    """What was made; what is kept for replays has no secret in it."""
    if secret is None:
        return show(201, recipient)
    shown = show(201, recipient, secret=secret)
    return ShownOnce.of(shown, show(201, recipient, secret=None))


def show(status: int, recipient: Recipient, **more: object) -> Response:
    """A recipient with the tag of its state, and for what was made its address."""
    headers = {"ETag": etag(recipient.version)}
    if status == 201:
        headers["Location"] = f"{ROOT}/recipients/{recipient.id}"
    return answer(status, to_document(recipient) | more, **headers)


def to_document(recipient: Recipient) -> dict[str, Any]:
    """A recipient by the contract's names, without its secret."""
    wish = recipient.wish
    return {
        "id": str(recipient.id),
        "name": wish.name,
        "channel": wish.channel.value,
        "address": wish.address,
        "quotas": wish.quotas,
        "standings": wish.standings,
        "language": wish.language.value,
    }


@router.get("")
@allowed(Role.COORDINATION)
@answers(200, RecipientPage)
async def show_recipients(
    call: Calling, database: Stored, query: Annotated[RecipientListing, Query()]
) -> Response:
    """The recipients of the caller's Lands, newest first."""
    async with snapshot(database, call.caller.reach) as tx:
        found = await recipients.list_recipients(
            tx, lands_of(call.caller), number_in(query.cursor), query.limit + 1
        )
    return page_of(found, query.limit, to_document)


@router.get("/{recipient_id}")
@allowed(Role.COORDINATION)
@answers(200, RecipientShown, ETAG)
async def show_recipient(recipient_id: str, call: Calling, database: Stored) -> Response:
    """One recipient."""
    async with snapshot(database, call.caller.reach) as tx:
        found = await recipients.load_recipient(tx, id_in(recipient_id), lands_of(call.caller))
    return show(200, or_not_found(found))


@router.put("/{recipient_id}")
@allowed(Role.COORDINATION)
@answers(200, RecipientShown, ETAG)
@refuses(*CHANGE)
async def change_recipient(
    recipient_id: str, body: RecipientBody, call: Calling, database: Stored
) -> Response:
    """Replace the wish; what is under way goes to the new address from its next try on."""

    async def find(tx: Connection) -> Recipient:
        return await find_locked(tx, call.caller, recipient_id)

    async def act(tx: Connection, found: Recipient) -> Response:
        call.expect(etag(found.version))
        wish = body.wish()
        if wish.channel is not found.wish.channel:
            raise Problem.invalid(Fault("channel-fixed", pointer="/channel"))
        changed = replace(found, wish=wish, version=found.version + 1)
        await recipients.set_recipient(tx, changed)
        return show(200, changed)

    return await once(call, database, find, act)


@router.delete("/{recipient_id}")
@allowed(Role.COORDINATION)
@answers(204, None)
@refuses(*CHANGE)
async def delete_recipient(recipient_id: str, call: Calling, database: Stored) -> Response:
    """Forget a recipient; what is under way to it is given up."""

    async def find(tx: Connection) -> Recipient:
        return await find_locked(tx, call.caller, recipient_id)

    async def act(tx: Connection, found: Recipient) -> Response:
        call.expect(etag(found.version))
        await recipients.delete_recipient(tx, found.id)
        await deliveries.give_up_all(tx, found.id, Attempt(now(), RECIPIENT_DELETED.code))
        return Response(status_code=204)

    return await once(call, database, find, act)


@router.post("/{recipient_id}/test")
@allowed(Role.COORDINATION)
@answers(202, DeliveryShown)
async def send_test(
    recipient_id: str,
    call: Calling,
    database: Stored,
    bell: Ringing,
    _body: NoWishes | None = None,
) -> Response:
    """Send something marked as a test; the answer is its delivery."""

    async def find(tx: Connection) -> Recipient:
        return await find_locked(tx, call.caller, recipient_id)

    async def act(tx: Connection, found: Recipient) -> Response:
        planned = plan_test(uuid7(), found, now())
        await deliveries.insert_deliveries(tx, [planned])
        tracked = or_not_found(await deliveries.load_delivery(tx, planned.id, found.lands))
        return answer(202, show_delivery(tracked, call.caller))

    given = await once(call, database, find, act)
    bell.ring()
    return given


async def find_locked(tx: Connection, caller: Caller, recipient_id: str) -> Recipient:
    """A recipient that the caller may change, or `not-found`."""
    return or_not_found(await recipients.lock_recipient(tx, id_in(recipient_id), lands_of(caller)))
