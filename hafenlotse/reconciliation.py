"""Compares what the services keep of a Land with what follows from its ledger; repairs nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec

from hafenlotse.books import Kept, Pools, load_kept
from hafenlotse.replay import Replay
from hafenlotse.report import Check, Report
from hafenlotse.store.snapshots import Place
from services.admissions.domain.entry import Document
from services.admissions.domain.verification import Chain
from services.admissions.store.entries import read_all
from services.notifications.handlers.crossings import fingerprint_of
from services.notifications.store import alerts
from services.quota.domain.counts import Counts, Daily
from services.quota.domain.crossings import Crossing
from services.quota.domain.postings import Entry
from services.quota.domain.world import OutOfOrder
from services.quota.store.crossings import list_crossings_after
from services.quota.store.day_snapshots import load_days
from services.quota.store.entries import kept, list_entries
from services.quota.store.snapshots import load_snapshot
from shared.codes import Land, Standing
from shared.contracts.crossings import CrossingData, crossing_document
from shared.contracts.envelopes import UNREADABLE
from shared.contracts.ledger import LedgerEntry, hash_of
from shared.postgres import ACQUIRE_SECONDS, Connection

NOT_READABLE = (msgspec.ValidationError, OutOfOrder)


@dataclass(frozen=True)
class Books:
    """Connections to read on what grows only."""

    ledger: Connection
    sums: Connection
    voice: Connection


async def reconcile_land(pools: Pools, land: Land) -> Report:
    """Count a Land again, and compare; no transaction is held open meanwhile."""
    kept = await load_kept(pools, land)
    async with (
        pools["admissions"].acquire(timeout=ACQUIRE_SECONDS) as ledger,
        pools["quota"].acquire(timeout=ACQUIRE_SECONDS) as sums,
        pools["notifications"].acquire(timeout=ACQUIRE_SECONDS) as voice,
    ):
        return (await compare(Books(ledger, sums, voice), kept)).report


async def compare(books: Books, kept: Kept) -> "Comparison":
    """Go through a Land's ledger once, and compare everything."""
    sums = kept.sums
    replay = Replay(kept.land, sums.definitions, sums.places, sums.rebuilds, sums.days)
    comparison = Comparison(books, Report(kept.land), kept, replay)
    await comparison.read_ledger()
    comparison.compare_heads()
    if not comparison.is_broken:
        comparison.compare_sums()
    comparison.compare_told()
    return comparison


@dataclass
class Comparison:
    """One Land on its way through the ledger."""

    books: Books
    report: Report
    kept: Kept
    replay: Replay
    chain: Chain = field(default_factory=Chain)
    is_broken: bool = False
    """Whether the ledger can't be counted any further; what follows from it is not compared."""
    unfounded: int | None = None
    """The first crossing that was raised and does not follow from the ledger."""
    last_stored: int = 0
    """The last crossing that is there, of those that follow or were raised."""
    _passed: set[Place] = field(default_factory=set)

    @property
    def is_as_counted(self) -> bool:
        """Whether quota is where the ledger leads to; as often as it was rebuilt."""
        position = self.kept.sums.position
        return self.replay.position._replace(rebuilds=position.rebuilds) == position

    @property
    def raised(self) -> int:
        """The number of the last crossing that was raised."""
        return max(min(self.kept.sums.position.crossing, self._following), self.last_stored)

    @property
    def _following(self) -> int:
        """How many crossings follow from the ledger."""
        return self.replay.position.crossing

    async def read_ledger(self) -> None:
        """Page by page: the chain, quota's copy, the crossings and the alerts."""
        end, reached = self.kept.end, self.kept.sums.position.sequence
        async for read in read_all(self.books.ledger, self.kept.land):
            page = [one for one in read if one["sequence"] <= end.head.sequence]
            self.chain = self.chain.follow(page, hash_of)
            counted = [one for one in page if one["sequence"] <= reached]
            if counted and not self.is_broken:
                await self._count(counted)
            if len(page) < len(read):
                break
        if not self.is_broken:
            await self._finish()
        verdict = self.chain.follow(end.beyond, hash_of).judge(end.head, end.last_published)
        self.report["chain"].compared = verdict.entries
        if verdict.first_broken is not None:
            self.report["chain"].differ(f"entry {verdict.first_broken}", "intact", "broken")

    async def _finish(self) -> None:
        """What was defined after the last entry, and that nothing more is stored."""
        check, sums = self.report["crossings"], self.kept.sums
        try:
            await self._compare_crossings(self.replay.finish())
            await self._compare_surplus()
            await self._compare_past()
            for sequence, definition in sorted(sums.places - self._passed):
                self.report["past"].differ(f"{sequence}/{definition}", "nothing", "counts")
        except OutOfOrder as fault:
            self.report["entries"].differ("definitions", "each after its entry", fault)
            self.is_broken = True
        check.compare(f"after crossing {sums.position.crossing}", 0, sums.beyond)

    async def _count(self, page: Sequence[Document]) -> None:
        low, high = page[0]["sequence"], page[-1]["sequence"]
        copies = await list_entries(self.books.sums, self.kept.land, low, high)
        kept = {copy.sequence: copy for copy in copies}
        crossings: list[Crossing] = []
        for document in page:
            number = document["sequence"]
            try:
                entry = entry_of(document)
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
        """Each with the stored one, and both with what the coordination was told."""
        if not found:
            return
        after, last = found[0].sequence - 1, found[-1].sequence
        kept = await self._load_crossings(after, last)
        told = await self._load_told(after + 1, last)
        for crossing in found:
            number = crossing.sequence
            place, copy = f"crossing {number}", kept.get(number)
            self.report["crossings"].compare(place, crossing, copy)
            if number <= self.kept.voice.alerted:
                self.report["alerts"].compare(place, _fingerprint(crossing), told.get(number))
            if copy is not None and copy != crossing:
                self._doubt(copy, told)

    async def _compare_surplus(self) -> None:
        """What was raised beyond all that follows from the ledger."""
        following, raised = self._following, self.kept.sums.position.crossing
        if raised <= following:
            return
        told = await self._load_told(following + 1, raised)
        for number, copy in (await self._load_crossings(following, raised)).items():
            self.report["crossings"].differ(f"crossing {number}", "nothing", copy)
            self._doubt(copy, told)

    async def _load_crossings(self, after: int, last: int) -> dict[int, Crossing]:
        land, sums = self.kept.land, self.books.sums
        found = await list_crossings_after(sums, land, after, last - after)
        kept = {each.sequence: each for each in found if each.sequence <= last}
        self.last_stored = max([self.last_stored, *kept])
        return kept

    async def _load_told(self, low: int, high: int) -> dict[int, str]:
        """The fingerprints of the crossings that alerts were raised for."""
        high = min(high, self.kept.voice.alerted)
        if high < low:
            return {}
        return await alerts.load_fingerprints(self.books.voice, self.kept.land, low, high)

    def _doubt(self, copy: Crossing, told: Mapping[int, str]) -> None:
        """One that differs was raised so if it was told so or will be, else its row was altered."""
        number = copy.sequence
        was_raised = number > self.kept.voice.alerted or told.get(number) == _fingerprint(copy)
        if was_raised and self.unfounded is None:
            self.unfounded = number

    def compare_heads(self) -> None:
        """Nobody is held or ahead of what was recorded, and all chain on the same entry."""
        heads, kept, position = self.report["heads"], self.kept, self.kept.sums.position
        ends = {
            "counted": (position.sequence, kept.end.head.sequence),
            "alerted": (kept.voice.alerted, position.crossing),
            "announced": (kept.sums.announced, position.crossing),
        }
        for name, (reached, head) in ends.items():
            heads.compare(f"{name} at most", head, max(reached, head))
        heads.compare("held by quota", None, kept.sums.held)
        heads.compare("held by notifications", None, kept.voice.held)
        if not self.is_broken:
            at = self.replay.position._replace(rebuilds=position.rebuilds)
            heads.compare(f"entry {position.sequence} as counted", at, position)

    def compare_sums(self) -> None:
        """The people of every day, and the numbers of every quota."""
        _compare_days(self.report["days"], "", self.replay.daily, self.kept.sums.daily)
        stored = self.kept.sums.counts
        for quota, counts in self.replay.counts().items():
            _compare_counts(self.report["counts"], quota, counts, stored.get(quota))

    def compare_told(self) -> None:
        """Everybody was told who wanted to be."""
        check = self.report["deliveries"]
        for told in self.kept.voice.told:
            check.compared += told.wanted
            for sequence in told.missing:
                check.differ(f"crossing {sequence}", f"told to {told.name}", "nothing")

    async def _compare_past(self) -> None:
        """What was kept of the places that the replay has passed."""
        check, land = self.report["past"], self.kept.land
        for at, truth in self.replay.passed.items():
            self._passed.add(at[:2])
            place = f"{at.sequence}/{at.definition}"
            try:
                kept, stored = await load_snapshot(self.books.sums, land, *at[:2])
            except UNREADABLE as fault:
                check.differ(place, "counts", fault)
                continue
            check.compare(place, at, kept)
            for quota, counts in truth.items():
                _compare_counts(check, f"{place} {quota}", counts, stored.get(quota))
        self.replay.passed.clear()
        for sequence, daily in self.replay.passed_days.items():
            stored_days = await load_days(self.books.sums, land, sequence)
            _compare_days(check, f"{sequence} ", daily, stored_days)
        self.replay.passed_days.clear()


def _compare_days(check: Check, of: str, truth: Daily, stored: Daily) -> None:
    """The people of every unit, programme and day; who is not there is nobody."""
    for at in sorted(truth.keys() | stored.keys()):
        unit, programme, day = at
        check.compare(f"{of}{unit} {programme} {day}", truth.get(at, 0), stored.get(at, 0))


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


def entry_of(document: Document) -> Entry:
    """A document of the ledger as quota reads it."""
    return kept(msgspec.convert(document, LedgerEntry))


def _fingerprint(crossing: Crossing) -> str:
    written = msgspec.json.encode(crossing_document(crossing._asdict()))
    return fingerprint_of(msgspec.json.decode(written, type=CrossingData))
