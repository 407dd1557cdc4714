"""Länder that count at the same time are saved together: one statement, one commit for all."""

import asyncio
from dataclasses import dataclass, field

from services.quota.store.worlds import Step, save, save_free
from shared.codes import Land
from shared.postgres import ACQUIRE_SECONDS, Database, is_outage

TURNS, MOST_TOGETHER = 2, 1000
"""So many groups are being saved at a time; with so many entries one takes no further Land, so
that who is saved counts on meanwhile."""


@dataclass
class Group:
    """What one statement saves: it grows until it has its turn, or is full."""

    steps: dict[Land, Step] = field(default_factory=dict)
    entries: int = 0
    is_open: bool = True
    moved: "asyncio.Task[set[Land]] | None" = None


class Together:
    """Saves a step at once, or with all others that wait for a turn.

    A Land that somebody else is changing holds up no other: it is left out, and saved alone. So
    is each of them where together they can't be saved at all.
    """

    def __init__(self, database: Database, turns: int = TURNS) -> None:
        self._database = database
        self._turns = asyncio.Semaphore(turns)
        self._last = Group(is_open=False)

    async def save(self, step: Step) -> None:
        """Return when a Land's next step is committed; raises OwnershipLost, or an outage."""
        group = self._open_group()
        group.steps[step.land] = step
        group.entries += step.entries
        if step.land not in await self._moved(group):
            async with self._database.acquire(timeout=ACQUIRE_SECONDS) as tx:
                await save(tx, step)

    async def _moved(self, group: Group) -> set[Land]:
        assert group.moved  # noqa: S101  # an open group has its task
        try:
            return await asyncio.shield(group.moved)
        except Exception as failure:
            if is_outage(failure):
                raise
            return set()  # whose fault it is says the one that fails alone

    def _open_group(self) -> Group:
        last = self._last
        if not last.is_open or last.entries >= MOST_TOGETHER:
            last = self._last = Group()
            last.moved = asyncio.create_task(self._save(last))
        return last

    async def _save(self, group: Group) -> set[Land]:
        """Wait for a turn, then save all."""
        async with self._turns:
            group.is_open = False
            async with self._database.acquire(timeout=ACQUIRE_SECONDS) as tx:
                return await save_free(tx, list(group.steps.values()))
