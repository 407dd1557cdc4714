"""FastStream one by one as its documentation shows it: acknowledged after each record."""

import asyncio
import logging

from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker

from benchmarks.readers.engine import Engine
from benchmarks.readers.reading import Job, Progress
from benchmarks.readers.typed import Event

LOG = logging.getLogger("faststream")
"""Says failures only: a line for each message would be most of the work."""


def connect(job: Job) -> FastStream:
    """The application, which ends by itself."""
    broker, engine = KafkaBroker(job.bootstrap, logger=LOG), Engine(job)
    app, progress = FastStream(broker, logger=None), Progress(job.events)
    crossings = broker.publisher(job.crossings)

    @broker.subscriber(
        job.topic, group_id=job.group, auto_offset_reset="earliest", ack_policy=AckPolicy.ACK
    )
    async def count(event: Event) -> None:
        progress.begin()
        for crossing in engine.crossings(event):
            await crossings.publish(crossing, key=crossing["land"].encode())
        if not progress.count(1):
            progress.say()
            app.exit()

    return app


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(connect(Job.of_arguments()).run())
