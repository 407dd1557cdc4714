"""Placements that arrive together are recorded together: one lock, one commit for all of them."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Annotated, NamedTuple, TypeAlias

from fastapi import Depends, Request, Response

from access.reach import Reach
from services.admissions.api.entering import prepare_all
from services.admissions.domain.entry import Document
from services.admissions.domain.placement import Placement, Proposal
from shared.codes import Land, land_of
from shared.http.once import place_of, replay, to_keep
from shared.http.problems import Problem
from shared.http.route import Call
from shared.postgres import Connection, Database, Writing, transaction
from shared.service import Stored
from shared.store.idempotency import Kept, KeyPlace, insert_kept, load_kept, try_lock_keys

Settled: TypeAlias = Response | Problem
MOST_TOGETHER = 400
"""Placements from which on a group is full and takes no further call."""
TURNS = 2
"""So many groups of a Land are recorded at a time: the second asks its questions until it waits
for the lock that the first one holds."""


class Submission(NamedTuple):
    """A call that submits placements, all or none, and how it is answered."""

    call: Call
    proposals: Sequence[Proposal]
    show: Callable[[Sequence[Placement]], Response]

    @property
    def land(self) -> Land:
        """Where it waits: with others of its first placement's Land."""
        return land_of(self.proposals[0].unit)


@dataclass
class Group:
    """What is recorded in one transaction: it grows until the one before is committed, or full."""

    submissions: list[Submission] = field(default_factory=list)
    placements: int = 0
    is_open: bool = True
    full: asyncio.Event = field(default_factory=asyncio.Event)
    settled: "asyncio.Task[list[Settled]] | None" = None

    def add(self, submission: Submission) -> int:
        """Take a call in; its place among the group's."""
        self.submissions.append(submission)
        self.placements += len(submission.proposals)
        if self.placements >= MOST_TOGETHER:
            self.is_open = False
            self.full.set()
        return len(self.submissions) - 1


@dataclass
class Gathering:
    """The groups of a Land: its last one, and the turns that they take."""

    last: Group | None = None
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(TURNS))


class Desk:
    """Takes in placements, a group of calls at a time in each Land.

    The entries of a Land are numbered under one lock that is held until they are on the disk. One
    by one, a disk that takes 5 ms would let 200 a second pass at most, and each would cost as
    many questions to PostgreSQL as a group does.
    """

    def __init__(self, announce: Callable[[Iterable[Document]], None]) -> None:
        """`announce` is told the entries of each commit."""
        self._announce = announce
        self._gathering: dict[Land, Gathering] = defaultdict(Gathering)

    async def submit(self, database: Database, submission: Submission) -> Response:
        """The answer when it is committed, or the problem of this call alone."""
        group = self._open_group(database, self._gathering[submission.land])
        place = group.add(submission)
        assert group.settled  # noqa: S101  # an open group has its task
        settled = (await asyncio.shield(group.settled))[place]
        if isinstance(settled, Problem):
            raise settled
        return settled

    def _open_group(self, database: Database, gathering: Gathering) -> Group:
        before = gathering.last
        if before and before.is_open:
            return before
        group = gathering.last = Group()
        turn = _turn_of(group, before, gathering.turns)
        group.settled = asyncio.create_task(self._settle(database, group, turn))
        return group

    async def _settle(
        self, database: Database, group: Group, turn: AbstractAsyncContextManager[None]
    ) -> list[Settled]:
        """Wait for the turn, then record all and return their answers in order."""
        async with turn, transaction(database) as tx:
            settled, entries = await record_each(tx, group.submissions)
        self._announce(entries)
        return settled


@asynccontextmanager
async def _turn_of(
    group: Group, before: Group | None, turns: asyncio.Semaphore
) -> AsyncIterator[None]:
    """Take no further call once the group before is committed; a full one need not wait for it."""
    if before and before.settled and not before.settled.done():
        full = asyncio.create_task(group.full.wait())
        await asyncio.wait([before.settled, full], return_when=asyncio.FIRST_COMPLETED)
        full.cancel()
    async with turns:
        group.is_open = False
        yield


async def record_each(
    tx: Connection, submissions: Sequence[Submission]
) -> tuple[list[Settled], list[Document]]:
    """For each a first answer again, a refusal of its key, or what it is recorded as.

    Beside it the entries that were added to ledgers.
    """
    places = [place_of(one.call) for one in submissions]
    free = await try_lock_keys(tx, places, reach_of(submissions))
    kept = await load_kept(tx, places)
    known = [_known(*each) for each in zip(submissions, free, kept, strict=True)]
    fresh: dict[KeyPlace, Submission] = {}
    for place, one, settled in zip(places, submissions, known, strict=True):
        if settled is None:
            fresh.setdefault(place, one)
    recorded, entries = await _record(tx, fresh)
    return [
        settled or (recorded[place] if fresh[place] is one else Problem("in-flight"))
        for place, one, settled in zip(places, submissions, known, strict=True)
    ], entries


def reach_of(submissions: Sequence[Submission]) -> Reach:
    """What their callers reach, in the Länder of their placements alone."""
    lands = {land_of(proposal.unit) for one in submissions for proposal in one.proposals}
    reached = frozenset[str]().union(*(one.call.caller.reach for one in submissions))
    return frozenset(code for code in reached if land_of(code) in lands)


def _known(
    submission: Submission,
    is_free: bool,  # noqa: FBT001  # one of a row
    kept: Kept | None,
) -> Settled | None:
    try:
        if not is_free:
            return Problem("in-flight")
        return replay(submission.call, kept) if kept else None
    except Problem as reused:
        return reused


async def _record(
    tx: Connection, fresh: Mapping[KeyPlace, Submission]
) -> tuple[Mapping[KeyPlace, Response], list[Document]]:
    """Record all of them, and keep their answers; the entries that were added."""
    if not fresh:
        return {}, []
    writing = Writing()
    proposals = [proposal for one in fresh.values() for proposal in one.proposals]
    entered = await prepare_all(tx, writing, proposals)
    placements = iter(entered.placements)
    answers = [one.show(list(islice(placements, len(one.proposals)))) for one in fresh.values()]
    given = dict(zip(fresh, answers, strict=True))
    calls = [one.call for one in fresh.values()]
    await calls[0].trail.keep(writing, list(zip(calls, answers, strict=True)))
    kept = {place: to_keep(fresh[place].call, given[place]) for place in fresh}
    await insert_kept(writing, kept)
    await writing.send(tx)
    return given, entered.entries


async def the_desk(request: Request, _database: Stored) -> Desk:
    """The desk of this process, which is there once its database is."""
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(the_desk)]
