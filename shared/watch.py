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
        self.moved_at = self.asked_at = time.monotonic()
        self.was_restarted = False
        self.trouble: str | None = None

    def moved(self, places: Mapping[int, int], *, fetched: bool) -> None:
        """Remember the offset to go on at by partition; `fetched`, or only placed there."""
        self.places.update(places)
        self.moved_at = time.monotonic()
        self.was_restarted &= not fetched

    async def look(self) -> None:
        """Start the consumer again where it does not move; what does not heal it is raised."""
        # An escaped cancellation may have ended the loop that fetches.
        has_ended = all(task.done() for task in self.subscriber.tasks)
        if not self.subscriber.running or not (has_ended or await self._stands_still()):
            return
        log.error("the consumer of %s stands still", self.subscriber.topic_names)
        if self.was_restarted:
            raise ConsumerStuck(self.subscriber.topic_names)
        async with asyncio.timeout(RESTART_SECONDS):
            await self.subscriber.stop()
            await self.subscriber.start()
        self.was_restarted, self.moved_at = True, time.monotonic()

    async def _stands_still(self) -> bool:
        """Whether there is more than was fetched, for too long; Kafka is asked now and then."""
        consumer, now = self.subscriber.consumer, time.monotonic()
        if consumer is None or now - max(self.moved_at, self.asked_at) < self.stall_seconds / 4:
            return False
        self.asked_at = now
        try:
            async with reading(self.kafka, ASK_SECONDS) as asking:
                ends = await asking.end_offsets(list(consumer.assignment() - consumer.paused()))
        except (KafkaError, OSError) as failure:
            self.trouble = f"Kafka does not say whether there is more: {failure or type(failure)!s}"
            log.warning("%s", self.trouble)
            return False
        self.trouble = None
        is_behind = any(end > self.places.get(at.partition, end) for at, end in ends.items())
        if not is_behind:
            self.moved_at = now  # who is at the end may stand still
        return is_behind and now - self.moved_at >= self.stall_seconds
