"""A whole system whose wall clock a test turns, while PostgreSQL and Kafka keep theirs."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.chaos.interpreters import importing, python_of
from tests.end_to_end.forged import decoded
from tests.end_to_end.own_system import own_system
from tests.end_to_end.quotas import eventually_some
from tests.end_to_end.system import System

READ = ("/admissions/v1/placements", "/quota/v1/quotas", "/notifications/v1/alerts")
NEAR_SECONDS = 30


@dataclass(frozen=True)
class Clock:
    """The file that every process of the system follows."""

    offset: Path

    def write(self, seconds: float) -> None:
        """Whole at once: it may be read at any moment."""
        new = self.offset.with_suffix(".new")
        new.write_text(str(seconds))
        new.rename(self.offset)

    async def turn(self, system: System, seconds: float) -> None:
        """Set the clock so far from the true one, and wait until issuer and services have it."""
        self.write(seconds)

        async def is_turned() -> bool:
            issued_at: float = decoded(await system.new_token("coordination"), 1)["iat"]
            return abs(issued_at - (time.time() + seconds)) < NEAR_SECONDS

        await eventually_some(is_turned, "the issuer has the turned clock")
        system.tokens.clear()
        for path in READ:
            await eventually_some(partial(system.coordination.seen, path), f"{path} takes it")


@contextmanager
def turned_system() -> Iterator[tuple[Path, Clock]]:
    """The access.json of a fresh system, and its clock."""
    with (
        importing("turned.turned_clock") as prefix,
        own_system(python_of(prefix)) as access_file,
    ):
        yield access_file, Clock(prefix / "offset")
