"""The audit log of a service is read, verified and exported by auditors; each of it is audited."""

from collections.abc import AsyncIterator
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from audit.record import Outcome
from audit.shown import AuditEntry, AuditPage, AuditVerification
from audit.store.records import PAGE, load_head, read_after
from audit.trail import AuditTrail, a_record
from audit.verification import verify_on_record
from documents.declared import answers
from shared.codes import Role
from shared.http.answers import FeedListing, answer, page
from shared.http.route import Call, Calling, ContractRoute, allowed
from shared.postgres import ACQUIRE_SECONDS, Database, transaction
from shared.service import Service, Stored

LINES = "application/x-ndjson"


def audited(service: Service) -> list[APIRouter]:
    """Give a service its audit log, and the routes that show it."""
    service.trail = AuditTrail()
    router = APIRouter(
        prefix=f"/{service.name}/v1/audit", tags=["audit"], route_class=ContractRoute
    )
    router.add_api_route("", show_audit)
    router.add_api_route("/verification", verify_audit)
    router.add_api_route("/export", export_audit)
    return [router]


@allowed(Role.AUDITOR)
@answers(200, AuditPage)
async def show_audit(
    call: Calling, database: Stored, query: Annotated[FeedListing, Query()]
) -> Response:
    """What was done and refused after a number, in order and without gaps."""
    trail = await _up_to_date(call, database)
    async with transaction(database) as tx:
        found = await read_after(tx, query.after, query.limit + 1)
        shown = found[: query.limit]
        more = shown[-1]["number"] if len(found) > len(shown) else None
        await trail.keep_read(tx, call, query.after, more)
    return page(shown, more)


@allowed(Role.AUDITOR)
@answers(200, AuditVerification)
async def verify_audit(call: Calling, database: Stored) -> Response:
    """Compute the whole chain again and compare its end with all that knows it."""
    trail = await _up_to_date(call, database)
    reading = a_record(call.request, None, Outcome.DONE)
    verdict = await verify_on_record(database, reading, trail.seen)
    return answer(200, verdict.document())


@allowed(Role.AUDITOR)
@answers(200, AuditEntry, media=LINES)
async def export_audit(call: Calling, database: Stored) -> Response:
    """The whole log up to now, an entry in each line.

    The last line is the head that the verification shows, or the connection broke.
    """
    trail = await _up_to_date(call, database)
    async with transaction(database) as tx:
        head = await load_head(tx)
        await trail.keep_read(tx, call)
    return StreamingResponse(_lines(database, head.number), media_type=LINES)


async def _lines(database: Database, last: int) -> AsyncIterator[bytes]:
    """A page at a time, and no transaction is open while the reader takes it."""
    number = 0
    while number < last:
        async with database.acquire(timeout=ACQUIRE_SECONDS) as tx:
            found = await read_after(tx, number, min(PAGE, last - number))
        if not found:
            return
        yield b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in found)
        number = found[-1]["number"]


async def _up_to_date(call: Call, database: Database) -> AuditTrail:
    """The log of the service, with all that is done by now in it."""
    trail = call.trail
    assert isinstance(trail, AuditTrail)  # noqa: S101  # `audited` made it
    await trail.write(database)
    return trail
