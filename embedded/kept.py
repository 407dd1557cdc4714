"""Keeps one process running: when it ends, it is started again after a pause that grows."""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

from embedded.child import Child, Command, in_words
from embedded.faults import Fault

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
STEADY_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.1
log = logging.getLogger(__name__)


class Kept:
    """One process that is to run; `prepare` clears away what its last end left."""

    def __init__(
        self,
        command: Callable[[], Command],
        place: tuple[Path, str, Path],
        changed: Callable[[], None],
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        """`place` is its log, the mark of the state folder, and the folder that it starts in."""
        self._command, self._place, self._changed, self._prepare = command, place, changed, prepare
        self.child: Child | None = None
        self.ends = 0
        self.last_end = ""
        self._pause = FIRST_PAUSE_SECONDS

    @property
    def pid(self) -> int | None:
        """Its id, while it runs."""
        return self.child.pid if self.child and self.child.exit_code is None else None

    def start(self) -> None:
        """Start it once; from the main thread only, see Child."""
        self.child = Child(self._command(), *self._place)
        self._changed()

    async def keep(self) -> None:
        """Start it again whenever it ends, until this is cancelled."""
        while True:
            if self.child is not None and self.child.exit_code is None:
                await asyncio.sleep(LOOK_EVERY_SECONDS)
            else:
                await self._start_again()

    async def stop(self, limit_seconds: float) -> None:
        """End it in order, or by force after the limit."""
        if self.child is not None:
            await asyncio.to_thread(self.child.stop, limit_seconds)
            how = in_words(self.child.exit_code or 0)
            log.info("%s stopped (%s)", self.child.command.name, how)

    async def _start_again(self) -> None:
        self._note_end()
        await asyncio.sleep(self._pause)
        self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        try:
            await asyncio.to_thread(self._prepare)
            self.start()
        except (Fault, OSError) as fault:
            log.warning("it can't be started again: %s", fault)

    def _note_end(self) -> None:
        child = self.child
        if child is None or child.exit_code is None:
            return
        if time.monotonic() - child.started_at > STEADY_SECONDS:
            self._pause = FIRST_PAUSE_SECONDS
        self.ends += 1
        self.last_end = in_words(child.exit_code)
        name = child.command.name
        log.warning("%s ended (%s), started again in %.1f s", name, self.last_end, self._pause)
        self._changed()
