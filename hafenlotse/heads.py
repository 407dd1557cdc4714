"""How far every Land is in each service: recorded, published, counted, crossed, alerted."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

from hafenlotse.installation import Installation
from services.admissions.store.lands import load_sequences
from services.notifications.store.positions import load_position as load_alerted
from services.quota.store.positions import list_held, load_position
from shared.codes import LANDS, Land
from shared.postgres import Database
from shared.store.relays import load_published

LOOK_AGAIN_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Heads:
    """The last number of a Land in every place that has one; `held` says why it stands still."""

    land: Land
    recorded: int = 0
    published: int = 0
    counted: int = 0
    crossings: int = 0
    announced: int = 0
    alerted: int = 0
    held: str | None = None

    @property
    def lag(self) -> int:
        """Entries that are not counted and crossings that are not alerted yet."""
        return (self.recorded - self.counted) + (self.crossings - self.alerted)

    @property
    def is_begun(self) -> bool:
        """Whether anything ever happened there."""
        return max(self.recorded, self.counted, self.crossings, self.alerted) > 0


async def load_heads(installation: Installation) -> list[Heads]:
    """Every Land in which anything happened; what comes later in the chain is read first."""
    async with installation.database("notifications") as database:
        alerted, stopped = await _load_alerted(database)
    async with installation.database("quota") as database, database.acquire() as tx:
        announced = await load_published(tx)
        counted = {land: await load_position(tx, land) for land in LANDS}
        held = stopped | await list_held(tx)
    async with installation.database("admissions") as database, database.acquire() as tx:
        published, recorded = await load_published(tx), await load_sequences(tx)
    found = [
        Heads(
            land,
            recorded=recorded.get(land, 0),
            published=published[land].sequence if land in published else 0,
            counted=counted[land].sequence,
            crossings=counted[land].crossing,
            announced=announced[land].sequence if land in announced else 0,
            alerted=alerted[land],
            held=held.get(land),
        )
        for land in LANDS
    ]
    return [heads for heads in found if heads.is_begun]


async def _load_alerted(database: Database) -> tuple[Mapping[Land, int], dict[Land, str]]:
    async with database.acquire() as tx:
        positions = {land: await load_alerted(tx, land) for land in LANDS}
    held = {land: at.held for land, at in positions.items() if at.held}
    return {land: at.sequence for land, at in positions.items()}, held


async def wait_until_caught_up(installation: Installation, patience_seconds: float) -> list[Heads]:
    """The Länder that are still behind what was recorded when this began."""
    aims = {heads.land: heads for heads in await load_heads(installation)}
    until = time.monotonic() + patience_seconds
    while True:
        now = await load_heads(installation)
        behind = [heads for heads in now if _is_behind(heads, aims.get(heads.land))]
        if not behind or time.monotonic() >= until:
            return behind
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _is_behind(now: Heads, aim: Heads | None) -> bool:
    return aim is not None and (now.counted < aim.recorded or now.alerted < aim.crossings)
