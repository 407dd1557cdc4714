"""A consumer that stands still is noticed, and started again."""

from asyncio import Event
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeAlias

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import UnknownError

from shared.inbox import Inbox
from shared.kafka import reading
from shared.watch import STALL_SECONDS, ConsumerStuck, Watch
from tests.eventually import eventually
from tests.integration.shared.reading import Reading
from tests.sizes import sized

pytestmark = pytest.mark.asyncio
Fault: TypeAlias = Callable[[AIOKafkaConsumer], Awaitable[None]]


@pytest.mark.promise(8)
async def test_a_loop_that_was_cancelled_is_started_again(reading: Reading) -> None:
    inbox = await reading.start()
    await reading.put("01", reading.ledgers.record("01", 2))
    await reading.reached(land_01=2)
    assert inbox.watch
    inbox.watch.subscriber.tasks[0].cancel()
    await reading.put("01", reading.ledgers.record("01", 2))
    await reading.reached(land_01=4)


def failing_heartbeat(error: Exception) -> Fault:
    """Heartbeats end with an error that aiokafka does not know: it hands out only this then."""

    async def next_heartbeat(consumer: AIOKafkaConsumer) -> None:
        """Not the task that beats now: a group that is dealt out once more makes another."""
        failed = Event()

        async def fail() -> bool:
            failed.set()
            raise error

        consumer._coordinator._do_heartbeat = fail
        await eventually(failed.is_set, within=20, because="it is due")

    return next_heartbeat


async def cancel_the_coordination(consumer: AIOKafkaConsumer) -> None:
    """A cancellation that nobody asked for, in the task that keeps the group."""
    consumer._coordinator._coordination_task.cancel()


async def close_the_fetcher(consumer: AIOKafkaConsumer) -> None:
    """An unknown error in its own tasks leaves it so: alive, and still."""
    await consumer._fetcher.close()


FAULTS = [
    failing_heartbeat(UnknownError("made up")),
    cancel_the_coordination,
    failing_heartbeat(ZeroDivisionError()),
    close_the_fetcher,
]


@pytest.mark.promise(8)
@pytest.mark.timeout(sized(60, 240))
@pytest.mark.parametrize("fault", FAULTS[: sized(2, len(FAULTS))])
async def test_a_consumer_with_any_fault_of_its_library_is_started_again(
    reading: Reading, fault: Fault
) -> None:
    inbox = await reading.start()
    await reading.put("01", reading.ledgers.record("01", 2))
    await reading.reached(land_01=2)
    assert inbox.watch
    inbox.watch.stall_seconds = sized(0.5, STALL_SECONDS)
    await fault(inbox.watch.subscriber.consumer)
    await reading.put("01", reading.ledgers.record("01", 2))
    await eventually(
        lambda: reading.reader.numbers("01") == [1, 2, 3, 4],
        within=sized(20, 120),
        because="it is noticed and healed",
    )


@pytest.mark.promise(8)
async def test_a_consumer_that_fetches_no_more_is_started_again(reading: Reading) -> None:
    inbox = await reading.start()
    await reading.put("01", reading.ledgers.record("01", 2))
    await reading.reached(land_01=2)
    await stop_fetching(inbox)
    await reading.put("01", reading.ledgers.record("01", 2))
    await reading.reached(land_01=4)


async def stop_fetching(inbox: Inbox[str]) -> Watch:
    """Leave the consumer as an unknown error in its own tasks does: alive, and still."""
    assert inbox.watch
    assert inbox.watch.subscriber.consumer
    inbox.watch.stall_seconds = 0.5
    await inbox.watch.subscriber.consumer._fetcher.close()
    return inbox.watch


@pytest.mark.promise(8)
async def test_a_consumer_that_starting_again_does_not_heal_ends_the_process(
    reading: Reading,
) -> None:
    inbox = await reading.start()
    await reading.put("01", reading.ledgers.record("01", 2))
    await reading.reached(land_01=2)
    watch = await stop_fetching(inbox)
    watch.was_restarted = True
    await reading.put("01", reading.ledgers.record("01", 1))

    async def gave_up() -> bool:
        with suppress(ConsumerStuck):
            await watch.look()
            return False
        return True

    await eventually(gave_up, within=10, because="only a new process helps")


async def test_silence_is_no_fault(reading: Reading) -> None:
    inbox = await reading.start()
    await reading.put("01", reading.ledgers.record("01", 2))
    watch = inbox.watch
    assert watch
    # Applied is not yet fetched: what Kafka is late with comes from the ledger's feed.
    await eventually(lambda: is_read_to_the_end(watch), within=20, because="all is fetched")
    # A watch of its own: two that look at once would both start the consumer again.
    impatient = Watch(watch.subscriber, watch.kafka)
    impatient.stall_seconds, impatient.places = 0.0, watch.places

    async def is_left_alone() -> bool:
        tasks = list(watch.subscriber.tasks)
        for _ in range(3):
            await impatient.look()
        return watch.subscriber.tasks == tasks

    # A group that is dealt out once more goes back a little, and is not silent for a moment.
    await eventually(is_left_alone, within=20, because="silence is no fault")


async def is_read_to_the_end(watch: Watch) -> bool:
    """Whether the consumer has fetched all that Kafka has, which is something."""
    assert watch.subscriber.consumer
    async with reading(watch.kafka, 10) as asking:
        ends = await asking.end_offsets(list(watch.subscriber.consumer.assignment()))
    read = {place: watch.places.get(place.partition, 0) for place in ends}
    return read == ends and any(ends.values())
