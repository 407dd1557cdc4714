"""The limit: aiokafka reads the topic and nothing is done with it."""

from collections.abc import Sequence
from typing import Any

import uvloop

from benchmarks.readers.batches import read_batches
from benchmarks.readers.reading import Job


def drop(records: Sequence[Any]) -> None:
    """Do nothing, not even decode."""


if __name__ == "__main__":
    uvloop.run(read_batches(Job.of_arguments(), drop))
