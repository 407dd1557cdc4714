"""Notices a consumer that stands still while it seems to run, and starts it again."""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any

from aiokafka.errors import KafkaError
from faststream.kafka.subscriber.usecase import LogicSubscriber

from access.kafka import KafkaPlace
from shared.kafka import reading

STALL_SECONDS = 60.0
ASK_SECONDS = 10.0
RESTART_SECONDS = 30.0
log = logging.getLogger(__name__)


class ConsumerStuck(Exception):
    """A consumer that was started again still does not move: only a new process helps."""


class Watch:
    """Liveness is progress: a loop that ended, or records that nobody fetches, are a fault.

    FastStream says `running` and aiokafka answers pings in both cases.
    """

    def __init__(self, subscriber: LogicSubscriber[Any], kafka: KafkaPlace) -> None:
        self.subscriber, self.kafka = subscriber, kafka
        self.stall_seconds = STALL_SECONDS
        self.places: dict[int, int] = {}
        self.moved_at = time.monotonic()
        self.was_restarted = False

    def moved(self, places: Mapping[int, int], *, fetched: bool) -> None:
        """Remember the offset to go on at by partition; `fetched`, or only placed there."""
        self.places.update(places)
        self.moved_at = time.monotonic()
        self.was_restarted &= not fetched

    async def look(self) -> None:
        """Start the consumer again where it does not move; what does not heal it is raised."""
        if not self.subscriber.running or not (self._loop_ended() or await self._stands_still()):
            return
        log.error("the consumer of %s stands still", self.subscriber.topic_names)
        if self.was_restarted:
            raise ConsumerStuck(self.subscriber.topic_names)
        async with asyncio.timeout(RESTART_SECONDS):
            await self.subscriber.stop()
            await self.subscriber.start()
        self.was_restarted, self.moved_at = True, time.monotonic()

    def _loop_ended(self) -> bool:
        """Whether an escaped cancellation ended the loop that fetches."""
        return all(task.done() for task in self.subscriber.tasks)

    async def _stands_still(self) -> bool:
        consumer = self.subscriber.consumer
        if consumer is None or time.monotonic() - self.moved_at < self.stall_seconds:
            return False
        try:
            async with asyncio.timeout(ASK_SECONDS), reading(self.kafka, ASK_SECONDS) as asking:
                ends = await asking.end_offsets(list(consumer.assignment() - consumer.paused()))
        except (KafkaError, OSError) as failure:
            log.warning("can't ask Kafka whether there is more: %s", failure)
            return False
        return any(end > self.places.get(place.partition, end) for place, end in ends.items())
