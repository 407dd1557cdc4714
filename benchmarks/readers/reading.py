"""What every reader in Python does alike: begin at the first record, count, stop, say it."""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

SLOW_SECONDS, SLOW_PER_SECOND = 10.0, 20_000


@dataclass(frozen=True, slots=True)
class Job:
    """What to read, from where, and where crossings go."""

    bootstrap: str
    topic: str
    group: str
    crossings: str
    size: int
    tolerance: int
    events: int

    @classmethod
    def of_arguments(cls) -> "Job":
        """As the benchmark writes it on the command line."""
        parser = argparse.ArgumentParser()
        for name in cls.__slots__:
            is_number = name in {"size", "tolerance", "events"}
            parser.add_argument(f"--{name}", type=int if is_number else str, required=True)
        return cls(**vars(parser.parse_args()))


@dataclass
class Progress:
    """How many records were dealt with, and since when; the first record starts the clock."""

    until: int
    events: int = 0
    begun_at: float = 0.0
    marks: list[tuple[float, int]] = field(default_factory=list)
    was_said: bool = False

    def begin(self) -> None:
        """The first records are here, nothing is done with them yet."""
        if not self.begun_at:
            self.begun_at = time.monotonic()

    def count(self, records: int) -> bool:
        """So many more are done; whether to go on."""
        self.events += records
        seconds = time.monotonic() - self.begun_at
        self.marks.append((seconds, self.events))
        is_slow = seconds > SLOW_SECONDS and self.events < SLOW_SECONDS * SLOW_PER_SECOND
        return self.events < self.until and not is_slow

    def say(self) -> None:
        """One line for the benchmark, once: events, seconds, speed of the second half."""
        if self.was_said:
            return
        self.was_said = True
        print(json.dumps(self._figures()))
        sys.stdout.flush()

    def _figures(self) -> Mapping[str, float]:
        seconds, events = self.marks[-1]
        half = next(mark for mark in self.marks if mark[1] * 2 >= events)
        warm = (events - half[1]) / (seconds - half[0]) if seconds > half[0] else 0
        return {"events": events, "seconds": seconds, "warm_per_second": warm}
