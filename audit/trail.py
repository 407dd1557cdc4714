"""Writes down what requests do and are refused: an act in its own transaction, a refusal soon."""

import asyncio
import logging
import re
import time
from collections.abc import Sequence
from contextlib import suppress

from fastapi import Request, Response
from uuid_utils import uuid7

from access.caller import Caller
from audit.gathering import Gathering
from audit.record import Outcome, Record
from audit.store.records import chain, insert_records, is_there, load_head
from audit.verification import NOTHING
from shared.clock import now
from shared.http.problems import PROBLEMS, Problem
from shared.http.route import Call, ContractRoute
from shared.postgres import UNAVAILABLE, Connection, Database, Writes, transaction

REQUEST_ID = "X-Request-Id"
PAUSE_SECONDS = 0.5
PAGE = 1000
LAST_SECONDS = 2.0
MOST_READERS = 1000
TELL_SECONDS = 60.0
SUMMED = (401, 429)
REFUSED = (401, 403, 404, 429)
"""How reads are refused; of changes every refusal is written down."""
CODE = re.compile(r"[a-z][a-z-]{0,39}")
NUMBERED = re.compile(r"[0-9]{1,12}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NAMED = re.compile(r"[a-z][a-z0-9-]{0,39}")
log = logging.getLogger(__name__)


class AuditTrail:
    """The audit log of a service, as its requests and their refusals write it."""

    def __init__(self) -> None:
        self.gathering = Gathering()
        self.seen = NOTHING
        """The last end that this process knows: what is not there later was cut off."""
        self.told = False
        self._read_on: dict[str, int] = {}

    async def keep(self, tx: Writes, done: Sequence[tuple[Call, Response]]) -> None:
        """Write down what calls changed, in the transaction that changes it."""
        await insert_records(tx, [_record_of(*one) for one in done if _is_change(one[0].request)])

    def refuse(self, request: Request, problem: Problem) -> None:
        """Remember a refusal or failure that belongs into the log."""
        status: int = PROBLEMS[problem.slug]["status"]
        route = request.scope.get("route")
        if not isinstance(route, ContractRoute) or not _belongs(request, status):
            return
        problem.headers[REQUEST_ID] = request_id(request)
        outcome = Outcome.FAILED if status >= 500 else Outcome.REFUSED
        thing = _thing_of(request, is_known=problem.slug != "not-found")
        record = a_record(request, thing, outcome, problem.slug)
        if status in SUMMED:
            self.gathering.add_up(record, request.client.host if request.client else "")
        else:
            self.gathering.add(record)

    async def run(self, database: Database) -> None:
        """Write down what is remembered and number what is written, for ever; and at the end."""
        told_at = time.monotonic()
        try:
            while True:
                try:
                    await self.write(database)
                except UNAVAILABLE as failure:
                    log.warning("the audit log waits for PostgreSQL: %r", failure)
                if time.monotonic() - told_at >= TELL_SECONDS:
                    told_at = time.monotonic()
                    log.info("the audit log ends at %d with %s", *self.seen)
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            with suppress(*UNAVAILABLE, TimeoutError):
                async with asyncio.timeout(LAST_SECONDS):
                    await self.write(database, is_last=True)

    async def write(self, database: Database, *, is_last: bool = False) -> None:
        """Write down and number all that is there by now."""
        while taken := self.gathering.take(PAGE, is_last=is_last):
            try:
                async with transaction(database) as tx:
                    await insert_records(tx, taken)
            except BaseException:
                self.gathering.give_back(taken)
                raise
        async with transaction(database) as tx:
            await chain(tx)
            head = await load_head(tx)
            if head != self.seen and await is_there(tx, self.seen):
                self.seen, self.told = head, False
            elif head != self.seen and not self.told:
                log.error("the audit log was altered: entry %d with %s is gone", *self.seen)
                self.told = True

    async def keep_read(
        self, tx: Connection, call: Call, after: int = 0, more: int | None = None
    ) -> None:
        """Write down that the log is read; the pages of one reading, each `more`, are one."""
        reader = call.caller.client
        goes_on = self._read_on.pop(reader, None) == after
        if more is not None:
            self._read_on[reader] = more
            if len(self._read_on) > MOST_READERS:
                del self._read_on[next(iter(self._read_on))]
        if not goes_on:
            await insert_records(tx, [a_record(call.request, None, Outcome.DONE)])


def _is_change(request: Request) -> bool:
    route: ContractRoute = request.scope["route"]
    query = request.query_params
    is_trial = query.get("dry_run") == "true" or query.get("preview") == "true"
    return request.method != "GET" and not route.rule.is_pure and not is_trial


def _belongs(request: Request, status: int) -> bool:
    return status in REFUSED or _is_change(request)


def _record_of(call: Call, given: Response) -> Record:
    """What a call did; its answer says the request's id, too."""
    given.headers[REQUEST_ID] = request_id(call.request)
    made = given.headers.get("location", "").rpartition("/")[2] or None
    named = getattr(call.request.state, "thing", None)
    thing = named or _thing_of(call.request, is_known=True) or made
    return a_record(call.request, thing, Outcome.DONE, _reason_in(call.request))


def a_record(
    request: Request, thing: str | None, outcome: Outcome, reason: str | None = None
) -> Record:
    """What a request did or was refused, now."""
    caller: Caller | None = getattr(request.state, "caller", None)
    route: ContractRoute = request.scope["route"]
    return Record(
        at=now(),
        actor=caller.client if caller else None,
        roles=tuple(sorted(caller.roles)) if caller else (),
        act=f"{request.method} {route.path_format}",
        thing=thing,
        outcome=outcome,
        reason=reason,
        request=request_id(request),
    )


def request_id(request: Request) -> str:
    """An id of our own for a request: what callers send could be anything."""
    if not hasattr(request.state, "id"):
        request.state.id = str(uuid7())
    known: str = request.state.id
    return known


def _thing_of(request: Request, *, is_known: bool) -> str | None:
    """The codes of the path. A word that leads to nothing may be anybody's name: it is left out."""
    values = [str(value) for value in request.path_params.values()]
    pattern = NAMED if is_known else NUMBERED
    shown = [one for one in values if NUMBERED.fullmatch(one) or pattern.fullmatch(one)]
    return "/".join(shown) or None


def _reason_in(request: Request) -> str | None:
    """The reason that a body gives, where it is a code."""
    body = getattr(request, "_json", None)
    given = body.get("reason") if isinstance(body, dict) else None
    return given if isinstance(given, str) and CODE.fullmatch(given) else None
