"""aiokafka by itself: batches of up to 1,000 records, to the end of the topic."""

from collections.abc import Callable, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer

from benchmarks.readers.reading import Job, Progress


async def read_batches(job: Job, act: Callable[[Sequence[Any]], None]) -> None:
    """Hand over the records of each batch, partition by partition, and say how long it took."""
    progress = Progress(job.events)
    consumer = AIOKafkaConsumer(
        job.topic,
        bootstrap_servers=job.bootstrap,
        group_id=job.group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    goes_on = True
    while goes_on:
        batches = await consumer.getmany(timeout_ms=1000, max_records=1000)
        if batches:
            progress.begin()
        for records in batches.values():
            act(records)
            goes_on = progress.count(len(records))
    progress.say()
    await consumer.stop()
