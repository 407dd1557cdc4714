"""FastStream in batches as its documentation shows it: acknowledged after each batch."""

import asyncio
import logging

from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker

from benchmarks.readers.engine import Engine
from benchmarks.readers.reading import Job, Progress
from benchmarks.readers.typed import Event

BATCH_BYTES = 1_000_000
"""The default of 16 kB refuses the crossings of one batch."""
LOG = logging.getLogger("faststream")
"""Says failures only: a line for each message would be most of the work."""


def connect(job: Job) -> FastStream:
    """The application, which ends by itself."""
    broker, engine = KafkaBroker(job.bootstrap, logger=LOG, max_batch_size=BATCH_BYTES), Engine(job)
    app, progress = FastStream(broker, logger=None), Progress(job.events)
    crossings = broker.publisher(job.crossings, batch=True)

    @broker.subscriber(
        job.topic,
        group_id=job.group,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.ACK,
        batch=True,
        max_records=1000,
    )
    async def count(events: list[Event]) -> None:
        progress.begin()
        found = [crossing for event in events for crossing in engine.crossings(event)]
        if found:
            await crossings.publish(*found)
        if not progress.count(len(events)):
            progress.say()
            app.exit()

    return app


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(connect(Job.of_arguments()).run())
