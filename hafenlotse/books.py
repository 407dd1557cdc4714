"""What the three services keep of one Land, each taken down in one moment."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from hafenlotse.installation import SERVICES, Installation
from hafenlotse.replay import Rebuild
from hafenlotse.store.deliveries import Told, list_told
from hafenlotse.store.reading import allow_long_reading
from hafenlotse.store.repairs import list_repairs
from hafenlotse.store.snapshots import Place, list_places
from services.admissions.domain.entry import Document, Head
from services.admissions.store.entries import read_after
from services.admissions.store.lands import load_head, load_last_published
from services.notifications.store.positions import load_position as load_alerted
from services.quota.domain.counts import Counts, Daily, Position
from services.quota.domain.definitions import Definition
from services.quota.store.counts import load_counts
from services.quota.store.crossings import list_crossings_after
from services.quota.store.day_snapshots import list_kept
from services.quota.store.days import load_daily
from services.quota.store.definitions import list_definitions
from services.quota.store.positions import list_held, load_position
from shared.codes import Land, QuotaCode
from shared.contracts.envelopes import UNREADABLE
from shared.postgres import Connection, Database, snapshot
from shared.store.relays import load_published

Pools = Mapping[str, Database]
"""A pool for each service, with its own rights."""


@asynccontextmanager
async def open_pools(installation: Installation) -> AsyncIterator[Pools]:
    """The databases of the three services."""
    async with AsyncExitStack() as stack:
        yield {
            service: await stack.enter_async_context(installation.database(service))
            for service in SERVICES
        }


@dataclass(frozen=True)
class Voice:
    """Notifications: the last crossing that was taken, why no more are, who was told."""

    alerted: int
    held: str | None
    told: Sequence[Told]


@dataclass(frozen=True)
class Sums:
    """Quota: all that moves with the position; `beyond` are crossings that it does not know of."""

    position: Position
    held: str | None
    definitions: Sequence[Definition]
    rebuilds: Sequence[Rebuild]
    places: set[Place]
    days: set[int]
    daily: Daily
    counts: Mapping[QuotaCode, Counts]
    announced: int
    beyond: int


@dataclass(frozen=True)
class End:
    """Admissions: the ledger's end; `beyond` is an entry that the end does not know of."""

    head: Head
    last_published: int
    beyond: Sequence[Document]


@dataclass(frozen=True)
class Kept:
    """All of it. What grows only (entries, crossings, alerts) is read later, up to these ends."""

    land: Land
    voice: Voice
    sums: Sums
    end: End


async def load_kept(pools: Pools, land: Land) -> Kept:
    """The last in the chain is seen first, so that nobody knows what those before do not."""
    voice = await load_voice(pools["notifications"], land)
    async with snapshot(pools["quota"]) as tx:
        await allow_long_reading(tx)
        sums = await load_sums(tx, land)
    return Kept(land, voice, sums, await load_end(pools["admissions"], land))


async def load_voice(database: Database, land: Land) -> Voice:
    """What notifications know of a Land, in one moment."""
    async with snapshot(database) as tx:
        await allow_long_reading(tx)
        at = await load_alerted(tx, land)
        return Voice(at.sequence, at.held, await list_told(tx, land))


async def load_sums(tx: Connection, land: Land) -> Sums:
    """What quota knows of a Land, in the caller's transaction."""
    position = await load_position(tx, land)
    logged = await list_definitions(tx, land)
    definitions = [each for each in logged if each.number <= position.definition]
    announced = (await load_published(tx)).get(land)
    return Sums(
        position=position,
        held=(await list_held(tx)).get(land),
        definitions=definitions,
        rebuilds=await load_rebuilds(tx, land),
        places=await list_places(tx, land),
        days=await list_kept(tx, land),
        daily=await load_daily(tx, land),
        counts=await load_readable(tx, land, position),
        announced=announced.sequence if announced else 0,
        beyond=len(await list_crossings_after(tx, land, position.crossing, 1)),
    )


async def load_readable(
    tx: Connection, land: Land, position: Position
) -> Mapping[QuotaCode, Counts]:
    """The numbers of all quotas, none where what is stored can't be read."""
    try:
        return await load_counts(tx, land, position)
    except UNREADABLE:
        return {}


async def load_rebuilds(tx: Connection, land: Land) -> list[Rebuild]:
    """Where a Land went on from crossings that do not follow from its ledger."""
    rebuilds = []
    for one in await list_repairs(tx, land):
        if one.founded < one.crossing:
            place = (one.sequence, one.definition)
            rebuilds.append(await load_rebuild(tx, land, place, one.founded, one.crossing))
    return rebuilds


async def load_rebuild(
    tx: Connection, land: Land, place: tuple[int, int], founded: int, crossing: int
) -> Rebuild:
    """One at a sequence and definition, with its crossings above `founded` up to `crossing`."""
    found = await list_crossings_after(tx, land, founded, crossing - founded)
    return Rebuild(*place, founded, crossing, found)


async def load_end(database: Database, land: Land) -> End:
    """Where the ledger ends, in one moment."""
    async with snapshot(database) as tx:
        head = await load_head(tx, land)
        published = await load_last_published(tx, land)
        return End(head, published, await read_after(tx, land, head.sequence, 1))
