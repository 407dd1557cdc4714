"""A consumer that stands still is noticed, and started again."""

from contextlib import suppress

import pytest

from shared.inbox import Inbox
from shared.watch import ConsumerStuck, Watch
from tests.eventually import eventually
from tests.integration.shared.reading import Reading

pytestmark = pytest.mark.asyncio


async def test_a_loop_that_was_cancelled_is_started_again(reading: Reading) -> None:
    inbox = await reading.start()
    await reading.put("01", reading.ledgers.record("01", 2))
    await reading.reached(land_01=2)
    assert inbox.watch
    inbox.watch.subscriber.tasks[0].cancel()
    await reading.put("01", reading.ledgers.record("01", 2))
    await reading.reached(land_01=4)


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
    # Applied is not yet fetched: what Kafka is late with comes from the ledger's feed.
    await eventually(lambda: len(set(reading.decoded)) == 2, within=20, because="both are fetched")
    assert inbox.watch
    inbox.watch.stall_seconds = 0.0
    tasks = list(inbox.watch.subscriber.tasks)
    for _ in range(3):
        await inbox.watch.look()
    assert inbox.watch.subscriber.tasks == tasks
