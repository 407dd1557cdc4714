"""Rebuilds of a Land what follows from its ledger, and says what does not."""

from collections.abc import AsyncIterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

from hafenlotse.acting import NotDone, acting, actor, trying
from hafenlotse.books import Kept, Pools, load_end, load_rebuild, load_sums, load_voice
from hafenlotse.reconciliation import Books, Comparison, compare, entry_of
from hafenlotse.replay import Rebuild, Replay
from hafenlotse.store.reading import allow_long_reading
from hafenlotse.store.rebuilding import forget_copies, set_daily, take_over
from hafenlotse.store.repairs import Repair, insert_repair
from services.admissions.store.entries import read_all
from services.quota.domain.crossings import Crossing
from services.quota.domain.postings import Entry
from services.quota.store.crossings import insert_crossings
from services.quota.store.entries import insert_batch
from services.quota.store.positions import lock_position
from services.quota.store.snapshots import insert_snapshot
from shared.clock import now
from shared.codes import Land
from shared.postgres import ACQUIRE_SECONDS, Connection

DERIVED = ("entries", "days", "counts", "past")
"""The checks of what quota derives from the ledger and its definitions alone."""


class NotDerivable(NotDone):
    """What a Land would be rebuilt from can't be trusted itself."""

    code = "not-derivable"


@dataclass(frozen=True)
class Outcome:
    """What was done about a Land: differences repaired by check, or why nothing was."""

    land: Land
    repaired: dict[str, int] = field(default_factory=dict)
    released: str | None = None
    corrections: int = 0
    refused: str | None = None


async def repair_land(pools: Pools, land: Land) -> Outcome:
    """Compare once more under the Land's lock, then write anew what differs from the ledger.

    Ledger, definitions, crossings and alerts are never changed.
    """
    named = "repair", f"Land {land}"
    try:
        async with (
            trying(nullcontext(pools["quota"]), *named),
            pools["admissions"].acquire(timeout=ACQUIRE_SECONDS) as ledger,
            pools["notifications"].acquire(timeout=ACQUIRE_SECONDS) as voice,
            acting(pools["quota"], *named) as tx,
        ):
            await lock_position(tx, land)
            await allow_long_reading(tx)
            spoken = await load_voice(pools["notifications"], land)
            sums = await load_sums(tx, land)
            kept = Kept(land, spoken, sums, await load_end(pools["admissions"], land))
            books = Books(ledger, tx, voice)
            return await _repair(books, await compare(books, kept))
    except NotDerivable as why:
        return Outcome(land, refused=str(why))


async def _repair(books: Books, comparison: Comparison) -> Outcome:
    kept, wrong = comparison.kept, repairable(comparison)
    if not wrong:
        raise NotDerivable("nothing that differs is derived from the ledger alone")
    _check_sources(comparison)
    rebuild = await _load_rebuild(books.sums, comparison)
    corrections = await _rebuild(books, comparison, rebuild)
    done = Repair(
        land=kept.land,
        repaired_at=now(),
        actor=actor(),
        sequence=kept.sums.position.sequence,
        definition=kept.sums.position.definition,
        repaired=wrong,
        released=kept.sums.held,
        founded=rebuild.founded if rebuild else comparison.raised,
        crossing=comparison.raised,
        corrections=corrections,
    )
    await insert_repair(books.sums, done)
    return Outcome(kept.land, wrong, done.released, corrections)


def repairable(comparison: Comparison) -> dict[str, int]:
    """How many differences a rebuild removes, by check."""
    found = {name: comparison.report[name].different for name in DERIVED}
    if comparison.unfounded is not None:
        found["crossings"] = comparison.report["crossings"].different
    found["heads"] = (comparison.kept.sums.held is not None) + (not comparison.is_as_counted)
    return {name: number for name, number in found.items() if number}


def _check_sources(comparison: Comparison) -> None:
    """Raise NotDerivable where ledger or definitions are not as they were recorded."""
    if comparison.report["chain"].different:
        raise NotDerivable("the ledger itself was altered")
    if comparison.is_broken:
        raise NotDerivable("the ledger and the definitions can't be counted in their order")
    if comparison.replay.position[:2] != comparison.kept.sums.position[:2]:
        raise NotDerivable("more was counted than ledger and definitions have")


async def _load_rebuild(tx: Connection, comparison: Comparison) -> Rebuild | None:
    """The crossings that stay without a reason in the ledger; None where there are none."""
    if comparison.unfounded is None:
        return None
    kept, founded = comparison.kept, comparison.unfounded - 1
    place = kept.sums.position.sequence, kept.sums.position.definition
    return await load_rebuild(tx, kept.land, place, founded, comparison.raised)


async def _rebuild(books: Books, comparison: Comparison, rebuild: Rebuild | None) -> int:
    """Replay once more, writing; how many crossings were raised that nobody had been told."""
    tx, kept = books.sums, comparison.kept
    land, sums = kept.land, kept.sums
    rebuilds = [*sums.rebuilds, rebuild] if rebuild else sums.rebuilds
    places = sums.places | {sums.position[:2]}  # from the last one it goes on
    replay = Replay(land, sums.definitions, places, rebuilds)
    raised: list[Crossing] = []
    await forget_copies(tx, land)
    async for page in _entries(books.ledger, land, sums.position.sequence):
        raised += _above(comparison.raised, replay.apply_all(page))
        await insert_batch(tx, land, page)
        await _keep_past(tx, land, replay)
    raised += _above(comparison.raised, replay.finish())
    await _keep_past(tx, land, replay)
    await insert_crossings(tx, raised, now())
    await set_daily(tx, land, {**dict.fromkeys(sums.daily, 0), **replay.daily})
    await take_over(tx, land, replay.position)
    return len(raised)


def _above(number: int, crossings: Sequence[Crossing]) -> list[Crossing]:
    return [crossing for crossing in crossings if crossing.sequence > number]


async def _entries(ledger: Connection, land: Land, until: int) -> AsyncIterator[list[Entry]]:
    async for read in read_all(ledger, land):
        page = [entry_of(each) for each in read if each["sequence"] <= until]
        if not page:
            return
        yield page


async def _keep_past(tx: Connection, land: Land, replay: Replay) -> None:
    for at, counts in replay.passed.items():
        await insert_snapshot(tx, land, at, counts)
    replay.passed.clear()
