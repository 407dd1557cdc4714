"""What comes twice, late, out of order or to several owners is counted as the model says."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest

from services.quota.api.documents import quota_document
from services.quota.domain.definitions import fold
from services.quota.store.definitions import list_definitions
from shared.contracts.crossings import crossing_document
from shared.contracts.ledger import LedgerEntry
from shared.line import Event
from tests.integration.quota.conftest import QuotaInTest
from tests.integration.quota.ledgers import LAND, LedgerInTest
from tests.model.crossings import Crossing, Model, replay
from tests.model.definitions import definitions_in
from tests.model.numbers import exact_number
from tests.sizes import sized

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(sized(60, 3600))]
UNITS = ("01001", "01002", "01003", "01004", "01053", "01056", "01060", "01062")
PROGRAMMES = ("safe-harbour", "asylum", "ukraine")
OWNERS = 3
QUOTAS = ("sh-alliance", "sh-regular")


def write(ledger: LedgerInTest, chance: random.Random, count: int, months: int = 12) -> None:
    """So many entries: placements, and now and then one that takes people away again.

    For each the model looks at every unit, programme and day again: with fewer months it is done
    with a million in minutes.
    """
    for _ in range(count):
        is_correction = chance.random() < 0.2
        posting = {
            "unit": chance.choice(UNITS),
            "programme": chance.choice(PROGRAMMES),
            "effective_on": f"20{chance.randint(19, 25)}-{chance.randint(1, months):02}-01",
            "persons": chance.randint(1, 9) * (-1 if is_correction else 1),
        }
        ledger.record(posting, kind="corrected" if is_correction else "recorded")


def disturbed(
    events: Sequence[Event[LedgerEntry]], chance: random.Random
) -> list[Event[LedgerEntry]]:
    """One in twenty comes twice, and one in twenty late."""
    twice = [each for event in events for each in [event] * (1 + (chance.random() < 0.05))]
    places = [place + (30 * (chance.random() < 0.05)) for place in range(len(twice))]
    return [event for _, event in sorted(zip(places, twice, strict=True), key=lambda pair: pair[0])]


def cut(
    events: Sequence[Event[LedgerEntry]], chance: random.Random, most: int = 40
) -> list[Sequence[Event[LedgerEntry]]]:
    """As Kafka may cut its batches."""
    batches, at = [], 0
    while at < len(events):
        size = chance.randint(1, most)
        batches.append(events[at : at + size])
        at += size
    return batches


async def take_or_die(
    quota: QuotaInTest, batch: Sequence[Event[LedgerEntry]], dies_after: float
) -> None:
    """An owner that is killed after so many seconds, wherever it is then."""
    with suppress(TimeoutError):
        await asyncio.wait_for(quota.owner().take(batch), dies_after)


async def modelled(quota: QuotaInTest) -> Model:
    """What must come of the ledger, by a model that shares no code with the service."""
    async with quota.database.acquire() as tx:
        log = await list_definitions(tx, LAND)
    by_quota = [fold([each for each in log if each.quota == name]) for name in QUOTAS]
    definitions = definitions_in([quota_document(rules) for rules in by_quota])
    return await asyncio.to_thread(replay, quota.ledger.documents, definitions)


def shown(crossing: Crossing) -> dict[str, Any]:
    numbers = ("credited", "target", "balance")
    exact = {name: exact_number(getattr(crossing, name)) for name in numbers}
    return {"land": LAND} | vars(crossing) | exact


async def assert_as_modelled(quota: QuotaInTest) -> None:
    model = await modelled(quota)
    assert await quota.sequence() == len(quota.ledger.documents)
    found = [crossing_document(each._asdict()) for each in await quota.crossings()]
    assert found == [shown(crossing) for crossing in model.crossings]
    for name in QUOTAS:
        counts = await quota.counts(name)
        credited = {unit: parts for unit, parts in counts.credited.items() if parts}
        sums = model.quotas[name].sums(model.persons)
        expected = {unit: each.credited * counts.scale for unit, each in sums.items()}
        expected = {unit: parts for unit, parts in expected.items() if parts}
        assert credited == expected


@pytest.mark.promise(2)
@pytest.mark.parametrize("seed", range(sized(2, 50)))
async def test_nothing_counts_twice(quota: QuotaInTest, seed: int) -> None:
    chance = random.Random(seed)
    write(quota.ledger, chance, sized(300, 2000))
    batches = cut(disturbed(quota.ledger.events(), chance), chance)
    for batch in batches:
        await asyncio.gather(
            *(
                take_or_die(quota, batch, 0.005 if chance.random() < 0.15 else 60)
                for _ in range(OWNERS)
            )
        )
    await quota.owner().take(quota.ledger.events())
    await assert_as_modelled(quota)


@pytest.mark.promise(12)
async def test_replay_from_zero_gives_the_same_world(quota: QuotaInTest) -> None:
    chance = random.Random(12)
    write(quota.ledger, chance, sized(1000, 1_000_000), months=sized(12, 1))
    for batch in cut(quota.ledger.events(), chance, sized(40, 5000)):
        await quota.owner().take(batch)
    await assert_as_modelled(quota)
