"""Whatever else is on the topic of placements is kept as it came, and stops nobody."""

import random
from datetime import UTC, datetime

import pytest

from embedded.kafka import KafkaBroker
from services.quota.handlers.placements import read_placement
from shared.contracts.ledger import GENESIS, entry_event, head_event
from shared.inbox import Inbox
from shared.topics import PLACEMENTS
from tests.eventually import eventually
from tests.integration.quota.conftest import QuotaInTest
from tests.integration.quota.ledgers import LAND, posting
from tests.integration.shared.poison import letters, mixed, of_later_versions, poison, put_all
from tests.integration.shared.reading import consuming
from tests.sizes import sized

pytestmark = pytest.mark.asyncio
AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.mark.promise(10)
async def test_whatever_is_no_ledger_entry_is_buried_byte_for_byte_among_good_ones(
    quota: QuotaInTest, kafka: KafkaBroker, topic_prefix: str
) -> None:
    chance = random.Random(10)
    for _ in range(sized(50, 500)):
        quota.ledger.record(posting("01003", chance.randint(1, 9)))
    good = [entry_event(document) for document in quota.ledger.documents]
    bad = poison(chance, [*good, head_event(LAND, 0, GENESIS, AT)], sized(100, 1000))
    records = mixed(chance, good, [*bad, *of_later_versions(good[0], 5)])
    topic = topic_prefix + PLACEMENTS
    await put_all(kafka.bootstrap, topic, records)
    inbox = Inbox(topic, read_placement, quota.counter(), quota.database)
    expected = [record.letter for record in records if record in bad]

    async def is_done() -> bool:
        return (await quota.sequence(), len(await letters(quota.database))) == (
            len(good),
            len(bad),
        )

    async with consuming(inbox, kafka.bootstrap):
        await eventually(is_done, within=30, because="good ones are counted, bad ones are kept")
    assert await letters(quota.database) == expected
    assert quota.ledger.asked == 0
