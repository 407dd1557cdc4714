"""The ledger of a Land is read in order, and verified."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from documents.declared import answers
from services.admissions.api.authority import require_land
from services.admissions.api.documents import ROOT
from services.admissions.api.shown import EntryPage, VerificationShown
from services.admissions.domain.verification import Chain, Verdict
from services.admissions.store.entries import read_after, read_all
from services.admissions.store.lands import load_head, load_last_published, set_clock
from shared.clock import now
from shared.codes import Land, Role
from shared.contracts.ledger import LedgerHead, hash_of, head_document
from shared.http.answers import FeedListing, answer, page
from shared.http.route import Calling, ContractRoute, allowed
from shared.postgres import Connection, snapshot, transaction
from shared.service import Stored

router = APIRouter(prefix=f"{ROOT}/ledger", tags=["ledger"], route_class=ContractRoute)


@router.get("/{land}/entries")
@allowed(Role.SERVICE, Role.COORDINATION, Role.AUDITOR)
@answers(200, EntryPage)
async def show_entries(
    land: str, call: Calling, database: Stored, query: Annotated[FeedListing, Query()]
) -> Response:
    """The entries after a sequence, in order and without gaps."""
    reachable = require_land(call.caller, land)
    async with snapshot(database, frozenset({reachable})) as tx:
        found = await read_after(tx, reachable, query.after, query.limit + 1)
    shown = found[: query.limit]
    return page(shown, shown[-1]["sequence"] if len(found) > len(shown) else None)


@router.get("/{land}/head")
@allowed(Role.SERVICE)
@answers(200, LedgerHead)
async def show_head(land: str, call: Calling, database: Stored) -> Response:
    """The end of a Land's ledger; whatever is recorded from here on has a later instant."""
    reachable = require_land(call.caller, land)
    async with transaction(database, frozenset({reachable})) as tx:
        head = await set_clock(tx, reachable, now())
    return answer(200, head_document(land, head.sequence, head.hash, head.last_instant))


@router.get("/{land}/verification")
@allowed(Role.AUDITOR, Role.COORDINATION)
@answers(200, VerificationShown)
async def verify_ledger(land: str, call: Calling, database: Stored) -> Response:
    """Compute the whole chain again and compare its end with all that knows it."""
    reachable = require_land(call.caller, land)
    async with snapshot(database, frozenset({reachable})) as tx:
        verdict = await verify(tx, reachable)
    return answer(
        200,
        {
            "entries": verdict.entries,
            "head": {"sequence": verdict.head.sequence, "hash": verdict.head.hash},
            "intact": verdict.intact,
            "first_broken": verdict.first_broken,
        },
    )


async def verify(tx: Connection, land: Land) -> Verdict:
    """Whether a Land's ledger, its own head and what was published agree."""
    chain = Chain()
    async for documents in read_all(tx, land):
        chain = chain.follow(documents, hash_of)
    return chain.judge(await load_head(tx, land), await load_last_published(tx, land))
