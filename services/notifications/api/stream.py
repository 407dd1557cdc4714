"""What becomes of alerts, as it happens: server-sent events that go on where a reader left."""

import logging
import re
import time
from collections.abc import AsyncIterator
from typing import Annotated

import anyio
import orjson
from fastapi import APIRouter, Depends, Header, Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Receive, Scope, Send

from access.caller import Caller
from access.reach import EVERYWHERE
from documents.declared import EVENTS, answers
from services.notifications.api.asking import Listening, lands_of
from services.notifications.api.audience import Audience
from services.notifications.api.shown import ROOT, Stream
from services.notifications.domain.alert import as_changed
from services.notifications.domain.documents import to_document
from services.notifications.store.changes import KEPT, Numbered, is_kept, list_changes, load_last
from shared.clock import now
from shared.codes import Role
from shared.http.problems import Fault, Problem
from shared.http.route import Calling, ContractRoute, allowed
from shared.postgres import UNAVAILABLE, Database, transaction
from shared.service import Stored

router = APIRouter(prefix=f"{ROOT}/alerts/stream", tags=["alerts"], route_class=ContractRoute)
LAST_EVENT_ID = "Last-Event-ID"
NUMBER = re.compile(r"[1-9][0-9]{0,17}")
PAGE = 100
COMMENT_SECONDS = 15
LOOK_UP_SECONDS = 0.5
"""How long a reader that hears nothing goes without looking whether it is to end."""
GRACE_SECONDS = 2.0
"""What a stopping process leaves its readers for their last words."""
LINE_END = "\n"
log = logging.getLogger(__name__)
LastEventId = Annotated[
    str | None,
    Header(alias=LAST_EVENT_ID, description="The number to go on after; without it: from now."),
]


async def the_place(request: Request, database: Stored, named: LastEventId = None) -> int:
    """The number that a reader goes on after: the one in Last-Event-ID, else the last one."""
    # A number is good whatever Land its change is of: it is only a place to go on after.
    async with transaction(database, EVERYWHERE) as tx:
        if not named:
            return await load_last(tx)
        if len(request.headers.getlist(LAST_EVENT_ID)) > 1 or not NUMBER.fullmatch(named):
            raise Problem.invalid(Fault("malformed", parameter=LAST_EVENT_ID))
        if not await is_kept(tx, int(named), now() - KEPT):
            raise Problem.invalid(Fault("event-unknown", parameter=LAST_EVENT_ID))
    return int(named)


@router.get("")
@allowed(Role.COORDINATION)
@answers(200, Stream, media=EVENTS)
async def stream_alerts(
    call: Calling,
    database: Stored,
    audience: Listening,
    place: Annotated[int, Depends(the_place)],
) -> Response:
    """What becomes of the alerts of the caller's Lands, from now on or from where it stopped."""
    return AlertStream(call.caller, audience, database, place)


class AlertStream(EventSourceResponse):
    """One reader's stream. It ends with its token, with the process, or when the reader goes."""

    def __init__(self, caller: Caller, audience: Audience, database: Database, place: int) -> None:
        self.caller, self.audience, self.database = caller, audience, database
        self.place, self.stopping = place, anyio.Event()
        super().__init__(
            self.events(),
            sep=LINE_END,
            ping=COMMENT_SECONDS,
            ping_message_factory=lambda: ServerSentEvent(comment="still here", sep=LINE_END),
            shutdown_event=self.stopping,
            shutdown_grace_period=GRACE_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self.audience.seat(self.caller.client):
            await super().__call__(scope, receive, send)

    async def events(self) -> AsyncIterator[ServerSentEvent]:
        """Each change as an event; a page at a time, so a slow reader holds no more than that."""
        yield ServerSentEvent(comment="alerts", sep=LINE_END)
        try:
            while not self.stopping.is_set() and self.left_seconds > 0:
                for one in await self.page():
                    yield to_event(one)
                await self.audience.hear(self.place, min(self.left_seconds, LOOK_UP_SECONDS))
        except UNAVAILABLE as failure:
            log.warning("a stream of alerts ends, its reader may come again: %r", failure)

    @property
    def left_seconds(self) -> float:
        """How long the token is still good for."""
        return self.caller.ends_at - time.time()

    async def page(self) -> list[Numbered]:
        """The next changes; what is none of the caller's is passed over."""
        known = self.audience.last
        if known <= self.place:
            return []
        async with transaction(self.database, self.caller.reach) as tx:
            found = await list_changes(tx, (self.place, known), lands_of(self.caller), PAGE)
        self.place = found[-1].number if len(found) == PAGE else known
        return found


def to_event(one: Numbered) -> ServerSentEvent:
    """A change by the contract's names."""
    return ServerSentEvent(
        orjson.dumps(to_document(as_changed(one.change))).decode(),
        event=f"alert.{one.change.kind}",
        id=str(one.number),
        sep=LINE_END,
    )
