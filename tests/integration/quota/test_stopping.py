"""Quota is stopped under load: in order, in time, and nothing that was done is read again."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from embedded.kafka import KafkaBroker
from embedded.ports import pick_port
from shared.codes import Ags
from shared.contracts.ledger import entry_event
from shared.topics import PLACEMENTS
from tests.eventually import eventually
from tests.integration.processes import running_module
from tests.integration.quota.conftest import QuotaInTest
from tests.integration.quota.ledgers import posting
from tests.integration.servers import OwnDatabase
from tests.integration.shared.topics import producing
from tests.sizes import sized

pytestmark = pytest.mark.asyncio
GRACE_SECONDS = 10
PLACE = "SELECT next_offset FROM offsets WHERE topic = $1 AND partition = 0"


@asynccontextmanager
async def recording(quota: QuotaInTest, bootstrap: str, topic: str) -> AsyncIterator[None]:
    """Entries come one after the other, as long as the block runs: number n at offset n - 1."""

    async def go_on() -> None:
        async with producing(bootstrap) as producer:
            while True:
                quota.ledger.record(posting("01003", 1))
                event = entry_event(quota.ledger.documents[-1])
                await producer.send_and_wait(topic, event, b"01", 0)

    task = asyncio.create_task(go_on())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@asynccontextmanager
async def quota_process(
    own: OwnDatabase, bootstrap: str, prefix: str, folder: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The whole service; it is killed at the end if it still runs."""
    (folder / "database_password").write_text(own.passwords["quota"], encoding="utf-8")
    settings = {
        "HAFENLOTSE_PORT": str(pick_port()),
        "HAFENLOTSE_DATABASE_URL": own.url("quota"),
        "HAFENLOTSE_SECRETS_DIR": str(folder),
        "HAFENLOTSE_KAFKA_BOOTSTRAP": bootstrap,
        "HAFENLOTSE_TOPIC_PREFIX": prefix,
        "HAFENLOTSE_ISSUER": "http://127.0.0.1:9",
    }
    environment = {"PATH": os.environ["PATH"], **settings}
    quiet = asyncio.subprocess.DEVNULL
    async with running_module("services.quota", env=environment, stderr=quiet) as process:
        yield process


@pytest.mark.promise(17)
@pytest.mark.timeout(sized(60, 1800))
async def test_after_a_stop_under_load_nothing_that_was_counted_is_read_again(
    quota: QuotaInTest,
    database: OwnDatabase,
    kafka: KafkaBroker,
    topic_prefix: str,
    tmp_path: Path,
) -> None:
    topic, chance = topic_prefix + PLACEMENTS, random.Random(17)
    async with recording(quota, kafka.bootstrap, topic):
        for _ in range(sized(1, 100)):
            wanted = await quota.sequence() + chance.randint(1, 200)
            async with quota_process(database, kafka.bootstrap, topic_prefix, tmp_path) as process:

                async def is_at_work(number: int = wanted) -> bool:
                    return await quota.sequence() >= number

                await eventually(is_at_work, within=30, because="it counts")
                process.send_signal(signal.SIGTERM)
                assert await asyncio.wait_for(process.wait(), GRACE_SECONDS) == 0
            assert await quota.database.fetchval(PLACE, topic) == await quota.sequence()
    counted = (await quota.counts()).credited[Ags("01003")]
    assert counted == await quota.sequence()
