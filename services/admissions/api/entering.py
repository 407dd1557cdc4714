"""Enters decisions into a Land's ledger, and says to others that there is something to announce."""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, NamedTuple

from fastapi import Depends, Request
from uuid_utils.compat import uuid7

from services.admissions.domain.entry import Document, Stamp, seal
from services.admissions.domain.placement import Decision, Placement, Proposal, record
from services.admissions.store.entries import append_entries
from services.admissions.store.lands import lock_land
from shared.clock import now
from shared.codes import Land, Refusal, land_of
from shared.contracts.ledger import hash_of
from shared.http.problems import PROBLEMS, Fault, Problem
from shared.postgres import Bell, Connection, Writing

POINTERS = {"other-land": "/unit"}
Decide = Callable[[Iterator[Stamp]], Sequence[Decision]]


class Entered(NamedTuple):
    """How placements stand, and the entries that were added to ledgers for it."""

    placements: list[Placement]
    entries: list[Document]


async def enter(tx: Connection, land: Land, decide: Decide) -> Entered:
    """Lock the Land, decide, and add what was decided to its ledger, all or nothing."""
    writing = Writing()
    entered = await prepare(tx, writing, land, decide)
    await writing.send(tx)
    return entered


async def prepare(tx: Connection, writing: Writing, land: Land, decide: Decide) -> Entered:
    """The same, but what is added is left to be written with what else the transaction writes."""
    head = await lock_land(tx, land)
    try:
        decisions = decide(head.stamps(now()))
    except Refusal as refusal:
        raise problem_of(refusal) from refusal
    head, documents = seal(head, [decision.entry for decision in decisions], hash_of)
    placements = [decision.placement for decision in decisions]
    await append_entries(writing, head, documents, placements)
    return Entered(placements, documents)


async def record_all(tx: Connection, proposals: Sequence[Proposal]) -> Entered:
    """Record every proposal in its Land's ledger; the placements in the order of proposals."""
    writing = Writing()
    entered = await prepare_all(tx, writing, proposals)
    await writing.send(tx)
    return entered


async def prepare_all(tx: Connection, writing: Writing, proposals: Sequence[Proposal]) -> Entered:
    """The same, but it is left to be written with what else the transaction writes."""
    ids = [str(uuid7()) for _ in proposals]
    placed: dict[str, Placement] = {}
    entries: list[Document] = []
    for land in sorted({land_of(proposal.unit) for proposal in proposals}):
        own = [pair for pair in zip(ids, proposals, strict=True) if land_of(pair[1].unit) == land]
        entered = await _record_in(tx, writing, land, own)
        placed |= {one.id: one for one in entered.placements}
        entries += entered.entries
    return Entered([placed[placement_id] for placement_id in ids], entries)


async def _record_in(
    tx: Connection, writing: Writing, land: Land, proposals: Sequence[tuple[str, Proposal]]
) -> Entered:
    return await prepare(
        tx,
        writing,
        land,
        lambda stamps: [
            record(stamp, new_id, proposal)
            for stamp, (new_id, proposal) in zip(stamps, proposals, strict=False)
        ],
    )


def problem_of(refusal: Refusal) -> Problem:
    """What the rules of the field do not allow, as a problem of its own or a fault of the body."""
    if refusal.code in PROBLEMS:
        return Problem(refusal.code)
    pointer = POINTERS.get(refusal.code, "")
    return Problem.invalid(Fault(refusal.code, pointer=pointer, facts=refusal.facts))


async def the_bell(request: Request) -> Bell:
    """The bell that wakes the relay."""
    bell: Bell = request.app.state.bell
    return bell


Ringing = Annotated[Bell, Depends(the_bell)]
