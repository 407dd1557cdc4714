"""What may happen to a broker and its data, done to it from outside."""

import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, RecordsToDelete

from shared.topics import CROSSINGS, PARTITIONS, PLACEMENTS
from tests.chaos.havoc import BACK_SECONDS, Havoc
from tests.end_to_end.quotas import eventually_some
from tests.end_to_end.system import System

TOPICS = (PLACEMENTS, CROSSINGS)
LAND_01 = 0


@dataclass(frozen=True)
class Losses:
    """Each waits until both topics are there, and may be done under load."""

    system: System

    @property
    def havoc(self) -> Havoc:
        return Havoc(self.system)

    async def wipe(self) -> None:
        """The broker is killed, and all that it held is lost: the next one is a new cluster."""
        pid = self.system.processes()["kafka"]
        os.kill(pid, signal.SIGSTOP)  # it must not write while its folder goes
        shutil.rmtree(self.system.access_file.parent / "kafka" / "data")
        await self.havoc.kill(["kafka"])

    async def delete_topics(self) -> None:
        """A mistaken administrator deletes both topics."""
        await self.havoc.delete_topics([*TOPICS])

    async def add_partition(self) -> None:
        """A mistaken administrator gives both topics one more partition."""
        async with self.administering() as admin:
            for topic in TOPICS:
                partitions = (await admin.describe_topics([topic]))[0]["partitions"]
                more = NewPartitions(total_count=len(partitions) + 1)
                await admin.create_partitions({topic: more})

    async def shorten(self) -> None:
        """A mistaken administrator deletes every record that is there now."""
        async with self.administering() as admin:
            places = [TopicPartition(topic, LAND_01) for topic in TOPICS]
            ends = await self.ends(places)
            await admin.delete_records({place: RecordsToDelete(ends[place]) for place in places})

    async def ends(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Behind the last record of each."""
        async with AIOKafkaConsumer(bootstrap_servers=self.havoc.bootstrap) as consumer:
            found: dict[TopicPartition, int] = await consumer.end_offsets(places)
            return found

    @asynccontextmanager
    async def administering(self) -> AsyncIterator[AIOKafkaAdminClient]:
        """An administrator, once both topics are there."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.havoc.bootstrap)

        async def are_there() -> bool:
            known = await admin.describe_topics([*TOPICS])
            return all(len(topic["partitions"]) >= PARTITIONS for topic in known)

        await admin.start()
        try:
            await eventually_some(are_there, "both topics are there", BACK_SECONDS)
            yield admin
        finally:
            await admin.close()
