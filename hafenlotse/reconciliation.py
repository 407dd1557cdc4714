"""Compares what the services keep of a Land with what follows from its ledger; repairs nothing."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date

import msgspec

from hafenlotse.installation import Installation
from hafenlotse.replay import Replay
from hafenlotse.report import Check, Report
from hafenlotse.store.deliveries import list_told
from hafenlotse.store.reading import allow_long_reading
from hafenlotse.store.snapshots import list_places
from services.admissions.domain.entry import Document
from services.admissions.domain.verification import Chain
from services.admissions.store.entries import read_all
from services.admissions.store.lands import load_head, load_last_published
from services.notifications.store import alerts, positions
from services.quota.domain.counts import Counts, Position
from services.quota.domain.crossings import Crossing
from services.quota.domain.postings import Entry
from services.quota.domain.world import OutOfOrder
from services.quota.handlers.placements import event_of
from services.quota.store.counts import load_counts, load_daily
from services.quota.store.crossings import list_crossings_after
from services.quota.store.definitions import list_definitions
from services.quota.store.entries import list_entries
from services.quota.store.positions import load_position
from services.quota.store.snapshots import load_snapshot
from shared.codes import Land, Standing
from shared.contracts.crossings import CrossingData, crossing_document, fingerprint_of
from shared.contracts.ledger import LedgerEntry, hash_of
from shared.postgres import Connection, snapshot
from shared.store.relays import load_published

NOT_READABLE = (msgspec.ValidationError, OutOfOrder)


@dataclass(frozen=True)
class Books:
    """What the three services keep, each seen in one moment."""

    ledger: Connection
    sums: Connection
    voice: Connection


@asynccontextmanager
async def open_books(installation: Installation) -> AsyncIterator[Books]:
    """The last in the chain is opened first, so that nobody knows what those before do not."""
    async with AsyncExitStack() as stack:
        opened = {}
        for service in ("notifications", "quota", "admissions"):
            database = await stack.enter_async_context(installation.database(service))
            opened[service] = await stack.enter_async_context(snapshot(database))
            await allow_long_reading(opened[service])
        yield Books(opened["admissions"], opened["quota"], opened["notifications"])


async def reconcile_land(books: Books, land: Land) -> Report:
    """Count a Land again, and compare."""
    report = Report(land)
    position = await load_position(books.sums, land)
    known = [d for d in await list_definitions(books.sums, land) if d.number <= position.definition]
    watched = await list_places(books.sums, land)
    comparison = Comparison(books, report, position, Replay(land, known, watched))
    await comparison.read_ledger()
    await comparison.compare_heads()
    if not comparison.is_broken:
        await comparison.compare_sums()
    for told in await list_told(books.voice, land):
        report["deliveries"].compared += told.wanted
        for sequence in told.missing:
            report["deliveries"].differ(f"crossing {sequence}", f"told to {told.name}", "nothing")
    return report


@dataclass
class Comparison:
    """One Land on its way through the ledger."""

    books: Books
    report: Report
    position: Position
    replay: Replay
    chain: Chain = field(default_factory=Chain)
    is_broken: bool = False
    """Whether the ledger can't be counted any further; what follows from it is not compared."""

    async def read_ledger(self) -> None:
        """Page by page: the chain, quota's copy, the crossings and the alerts."""
        land = self.report.land
        async for page in read_all(self.books.ledger, land):
            self.chain = self.chain.follow(page, hash_of)
            counted = [one for one in page if one["sequence"] <= self.position.sequence]
            if counted and not self.is_broken:
                await self._count(counted)
        if not self.is_broken:
            await self._finish()
        head = await load_head(self.books.ledger, land)
        verdict = self.chain.judge(head, await load_last_published(self.books.ledger, land))
        self.report["chain"].compared = verdict.entries
        if verdict.first_broken is not None:
            self.report["chain"].differ(f"entry {verdict.first_broken}", "intact", "broken")

    async def _finish(self) -> None:
        """What was defined after the last entry, and that nothing more is stored."""
        check, after = self.report["crossings"], self.position.crossing
        try:
            await self._compare_crossings(self.replay.finish())
            await self._compare_past()
        except OutOfOrder as fault:
            self.report["entries"].differ("definitions", "each after its entry", fault)
            self.is_broken = True
        beyond = await list_crossings_after(self.books.sums, self.report.land, after, 1)
        check.compare(f"after crossing {after}", 0, len(beyond))

    async def _count(self, page: Sequence[Document]) -> None:
        low, high = page[0]["sequence"], page[-1]["sequence"]
        copies = await list_entries(self.books.sums, self.report.land, low, high)
        kept = {copy.sequence: copy for copy in copies}
        crossings: list[Crossing] = []
        for document in page:
            number = document["sequence"]
            try:
                entry = _entry_of(document)
                crossings += self.replay.apply(entry)
            except NOT_READABLE as fault:
                self.report["entries"].differ(f"entry {number}", "the next one", fault)
                self.is_broken = True
                return
            copy = kept.get(number)
            self.report["entries"].compare(f"entry {number}", entry, copy)
        await self._compare_crossings(crossings)
        await self._compare_past()

    async def _compare_crossings(self, found: Sequence[Crossing]) -> None:
        if not found:
            return
        after, land = found[0].sequence - 1, self.report.land
        stored = await list_crossings_after(self.books.sums, land, after, len(found))
        kept = {crossing.sequence: crossing for crossing, _ in stored}
        for crossing in found:
            place, copy = f"crossing {crossing.sequence}", kept.get(crossing.sequence)
            self.report["crossings"].compare(place, crossing, copy)
        await self._compare_alerts(found)

    async def _compare_alerts(self, crossings: Sequence[Crossing]) -> None:
        land, voice = self.report.land, self.books.voice
        reached = (await positions.load_position(voice, land)).sequence
        told = [crossing for crossing in crossings if crossing.sequence <= reached]
        if told:
            low, high = told[0].sequence, told[-1].sequence
            kept = await alerts.load_fingerprints(voice, land, low, high)
            for crossing in told:
                print_of = _fingerprint(crossing)
                place = f"crossing {crossing.sequence}"
                self.report["alerts"].compare(place, print_of, kept.get(crossing.sequence))

    async def compare_heads(self) -> None:
        """Nobody is ahead of what was recorded, and all chain on the same entry."""
        heads, land = self.report["heads"], self.report.land
        recorded = (await load_head(self.books.ledger, land)).sequence
        alerted = (await positions.load_position(self.books.voice, land)).sequence
        announced = (await load_published(self.books.sums)).get(land)
        ends = {
            "counted": (self.position.sequence, recorded),
            "alerted": (alerted, self.position.crossing),
            "announced": (announced.sequence if announced else 0, self.position.crossing),
        }
        for name, (reached, head) in ends.items():
            heads.compare(name, True, reached <= head)
        if not self.is_broken:
            place = f"entry {self.position.sequence} as counted"
            heads.compare(place, self.replay.position, self.position)

    async def compare_sums(self) -> None:
        """The people of every day, and the numbers of every quota."""
        daily = await load_daily(self.books.sums, self.report.land)
        for unit, programme, day in sorted(self.replay.daily.keys() | daily.keys()):
            at = (unit, programme, day)
            place = f"{unit} {programme} {day}"
            self.report["days"].compare(place, self.replay.daily[at], daily.get(at, 0))
        truth = self.replay.counts()
        stored = await load_counts(self.books.sums, truth)
        for quota, counts in truth.items():
            _compare_counts(self.report["counts"], quota, counts, stored.get(quota))

    async def _compare_past(self) -> None:
        """What was kept of the places that the replay has passed."""
        check, land = self.report["past"], self.report.land
        for at, truth in self.replay.passed.items():
            kept, stored = await load_snapshot(self.books.sums, land, at.sequence, at.definition)
            place = f"{at.sequence}/{at.definition}"
            check.compare(place, at, kept)
            for quota, counts in truth.items():
                _compare_counts(check, f"{place} {quota}", counts, stored.get(quota))
        self.replay.passed.clear()


def _compare_counts(check: Check, quota: str, truth: Counts, stored: Counts | None) -> None:
    """Credits, standings and totals of one quota."""
    check.compare(f"{quota} scale", truth.scale, stored.scale if stored else None)
    if stored is None or stored.scale != truth.scale:
        return
    for unit in sorted(truth.credited.keys() | stored.credited.keys()):
        place = f"{quota} {unit}"
        check.compare(
            f"{place} credited", truth.credited.get(unit, 0), stored.credited.get(unit, 0)
        )
        was, on_quota = truth.standings.get(unit), Standing.ON_QUOTA
        check.compare(f"{place} standing", was or on_quota, stored.standings.get(unit, on_quota))
    for starts in sorted(truth.totals.keys() | stored.totals.keys()):
        place = f"{quota} total {_first_day(starts)}"
        check.compare(place, truth.totals.get(starts, 0), stored.totals.get(starts, 0))


def _first_day(starts: date) -> str:
    return "from the beginning" if starts == date.min else f"from {starts}"


def _entry_of(document: Document) -> Entry:
    """A document of the ledger as quota reads it."""
    event = event_of(msgspec.convert(document, LedgerEntry))
    assert event.body is not None  # noqa: S101  # an entry has one
    return event.body


def _fingerprint(crossing: Crossing) -> str:
    written = msgspec.json.encode(crossing_document(crossing._asdict()))
    return fingerprint_of(msgspec.json.decode(written, type=CrossingData))
