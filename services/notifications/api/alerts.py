"""Alerts are listed, read and acknowledged."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from documents.declared import answers, refuses
from services.notifications.api.asking import (
    Cursor,
    Listening,
    id_in,
    lands_of,
    number_in,
    or_not_found,
    page_of,
)
from services.notifications.api.shown import ROOT, AlertPage, AlertShown
from services.notifications.domain.alert import (
    Alert,
    AlreadyAcknowledged,
    AlreadyResolved,
    Change,
    ChangeKind,
    Note,
    acknowledge,
)
from services.notifications.domain.delivery import ACKNOWLEDGED, Attempt
from services.notifications.domain.documents import to_document
from services.notifications.store import alerts, changes, reminders
from shared.clock import now
from shared.codes import Role, instant_text
from shared.http.answers import Limit, answer
from shared.http.once import once
from shared.http.problems import Problem
from shared.http.route import Calling, ContractRoute, allowed
from shared.postgres import Connection, Writing, snapshot
from shared.service import Stored

router = APIRouter(prefix=f"{ROOT}/alerts", tags=["alerts"], route_class=ContractRoute)


class AlertListing(BaseModel):
    """Which alerts, and how many of them."""

    model_config = ConfigDict(extra="forbid")
    state: Literal["open", "acknowledged", "resolved"] | None = None
    unit: str | None = Field(default=None, pattern=r"^[0-9]{5,8}$", examples=["01001"])
    quota: str | None = Field(default=None, pattern=r"^[!-~]{1,40}$", examples=["sh-regular"])
    limit: Limit = 100
    cursor: Cursor = None


class AcknowledgementBody(BaseModel):
    """What was done about an alert, as a code; may be left out."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    note_code: Literal["informed", "agreed-catch-up", "data-error", "no-action"] | None = None


@router.get("")
@allowed(Role.COORDINATION, Role.AUDITOR)
@answers(200, AlertPage)
@refuses("not-found")
async def show_alerts(
    call: Calling, database: Stored, query: Annotated[AlertListing, Query()]
) -> Response:
    """The alerts of the caller's Lands, newest first."""
    if query.unit and not call.caller.may_read_land(query.unit[:2]):
        raise Problem("not-found")
    wanted = (query.state, query.unit, query.quota)
    async with snapshot(database, call.caller.reach) as tx:
        found = await alerts.list_alerts(
            tx, lands_of(call.caller), number_in(query.cursor), wanted, query.limit + 1
        )
    return page_of(found, query.limit, to_document)


@router.get("/{alert_id}")
@allowed(Role.COORDINATION, Role.AUDITOR)
@answers(200, AlertShown)
async def show_alert(alert_id: str, call: Calling, database: Stored) -> Response:
    """One alert as it now stands."""
    async with snapshot(database, call.caller.reach) as tx:
        found = await alerts.load_alert(tx, id_in(alert_id), lands_of(call.caller))
    return answer(200, to_document(or_not_found(found)))


@router.post("/{alert_id}/acknowledgement")
@allowed(Role.COORDINATION)
@answers(201, AlertShown)
@refuses("already-acknowledged", "already-resolved")
async def acknowledge_alert(
    alert_id: str,
    body: AcknowledgementBody,
    call: Calling,
    database: Stored,
    audience: Listening,
) -> Response:
    """Take an alert on; a second one is told who was first."""

    async def find(tx: Connection) -> Alert:
        found = await alerts.lock_alert(tx, id_in(alert_id), lands_of(call.caller))
        return or_not_found(found)

    async def act(tx: Connection, found: Alert) -> Response:
        note = Note(body.note_code) if body.note_code else None
        at = now()
        taken = decide_acknowledgement(found, call.caller.client, at, note)
        await alerts.set_acknowledged(tx, taken)
        last = Attempt(at, ACKNOWLEDGED.code)
        await reminders.end_reminders(tx, taken.crossing.land, [taken.id], last)
        writing = Writing()
        await changes.insert_changes(writing, [Change(ChangeKind.ACKNOWLEDGED, taken)], at)
        await writing.send(tx)
        return answer(201, to_document(taken))

    given = await once(call, database, find, act)
    audience.bell.ring()
    return given


def decide_acknowledgement(alert: Alert, by: str, at: datetime, note: Note | None) -> Alert:
    """The domain's decision; its refusals as problems."""
    try:
        return acknowledge(alert, by, at, note)
    except AlreadyAcknowledged as first:
        raise Problem(first.code, by=first.by, at=instant_text(first.at)) from first
    except AlreadyResolved as resolved:
        raise Problem(resolved.code) from resolved
