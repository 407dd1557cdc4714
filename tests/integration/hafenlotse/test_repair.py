"""Repair: what follows from the ledger is rebuilt, and nothing that others were told changes."""

from datetime import date
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from services.quota.domain.counts import Counts
from services.quota.handlers.placements import PlacementCounter, event_of
from services.quota.store.counts import load_counts
from services.quota.store.positions import load_position
from shared.codes import Ags, Programme, QuotaCode
from shared.contracts.ledger import LedgerEntry, PostingData
from shared.line import Event, Line
from shared.postgres import LandHeld
from tests.integration.hafenlotse.conftest import LAND, House, Json, to_nobody
from tests.integration.hafenlotse.test_reconcile import AT_ONCE, LEDGER, STORED, VOICE

pytestmark = pytest.mark.asyncio
REPAIR = ("reconcile", *AT_ONCE, "--land", "01", "--repair")
DERIVED = sorted(set(STORED) - {"a crossing", "a lost crossing", "a crossing too many"})
NOT_A_MEMBER = ("01999", 5)
FALSE_HASH = "f" * 64
LAST_TOLD = """
    SELECT DISTINCT ON (quota, unit) quota, unit, after FROM {} ORDER BY quota, unit, sequence DESC
"""


async def sums(house: House) -> list[Any]:
    """Every number that people see, but days with nobody, and what the past is counted from."""
    days = await house.fetch(
        "quota", "SELECT * FROM daily_sums WHERE persons <> 0 ORDER BY 1,2,3,4"
    )
    past = "SELECT * FROM snapshots WHERE sequence < 5 ORDER BY sequence, definition"
    return [await counts(house), days, await house.fetch("quota", past)]


async def counts(house: House) -> dict[QuotaCode, Counts]:
    """The numbers of all quotas as they are read."""
    async with house.pools["quota"].acquire() as tx:
        return await load_counts(tx, LAND, await load_position(tx, LAND))


async def said_outside(house: House) -> list[Any]:
    """What others were told, and what all follows from."""
    return [
        *await house.fetch("admissions", "SELECT * FROM entries ORDER BY sequence"),
        *await house.fetch("quota", "SELECT * FROM definitions ORDER BY number"),
        *await house.fetch("quota", "SELECT * FROM crossings ORDER BY sequence"),
        *await house.fetch("notifications", "SELECT id, fingerprint FROM alerts ORDER BY sequence"),
    ]


async def repaired(house: House) -> Json:
    document = await house.ask(*REPAIR)
    [outcome] = document["repairs"]
    assert outcome["refused"] is None
    return dict(outcome)


async def refusals(house: House) -> list[str]:
    said = await house.run(*REPAIR, "--json")
    assert said.exit_code == 1
    assert (await house.ask("repairs"))["items"] == []
    return [one["refused"] for one in said.document["repairs"]]


async def land_is_right(house: House) -> None:
    """Nothing differs, and the last that was told of every unit is how it stands."""
    assert (await house.ask("reconcile", *AT_ONCE))["different"] == 0
    standings = {
        (quota, unit): standing
        for quota, each in (await counts(house)).items()
        for unit, standing in each.standings.items()
    }
    for schema, table in (("quota", "crossings"), ("notifications", "alerts")):
        rows = await house.fetch(schema, LAST_TOLD.format(table))
        last = {(quota, unit): after for quota, unit, after in rows}
        assert {place: last.get(place, "on-quota") for place in standings} == standings


def owner(house: House) -> Line[LedgerEntry]:
    """A process that counts the Land."""
    return Line(LAND, PlacementCounter(house.pools["quota"], house.feeds, to_nobody))


def true_event(document: Json) -> Event[LedgerEntry]:
    return event_of(msgspec.convert(document, LedgerEntry))


def false_event(document: Json, *people: tuple[str, int]) -> Event[LedgerEntry]:
    """The same number with other people: it follows on what is there, but nobody recorded it."""
    entry = true_event(document).body
    assert entry is not None
    postings = tuple(
        PostingData(Ags(unit), Programme("safe-harbour"), date(2023, 5, 1), persons)
        for unit, persons in people
    )
    entry = replace(entry, postings=postings, hash=FALSE_HASH)
    return Event(LAND, entry.sequence, FALSE_HASH, entry.previous_hash, entry)


async def count_false(house: House, true: tuple[str, int], false: tuple[str, int]) -> None:
    """Quota counts what was not recorded, tells, finds out, and holds the Land."""
    [document] = await house.record(true)
    await owner(house).take([false_event(document, false)])
    await house.tell()
    await house.record(true)
    with pytest.raises(LandHeld):
        await owner(house).settle()


async def test_a_sound_house_needs_no_repair(house: House) -> None:
    document = await house.ask("reconcile", *AT_ONCE, "--repair")
    assert (document["different"], document["repairs"]) == (0, [])
    assert (await house.ask("repairs"))["items"] == []


@pytest.mark.parametrize("name", DERIVED)
async def test_what_is_derived_is_written_anew(house: House, name: str) -> None:
    right, told = await sums(house), await said_outside(house)
    statement, checks = STORED[name]
    await house.tamper("quota", statement)
    outcome = await repaired(house)
    assert set(outcome["repaired"]) == checks
    assert outcome["corrections"] == 0
    assert await sums(house) == right
    assert await said_outside(house) == told
    [kept] = (await house.ask("repairs"))["items"]
    assert (kept["actor"], kept["land"], kept["sequence"]) == ("cli:anna", "01", 5)
    assert kept["repaired"] == outcome["repaired"]
    await house.live(("01002", 4))
    assert (await house.ask("reconcile", *AT_ONCE))["different"] == 0


@pytest.mark.parametrize("name", sorted({"a crossing", "a lost crossing", "a crossing too many"}))
async def test_crossings_that_others_were_told_are_left_as_they_are(
    house: House, name: str
) -> None:
    await house.tamper("quota", STORED[name][0])
    told = await said_outside(house)
    assert await refusals(house) == ["nothing that differs is derived from the ledger alone"]
    assert await said_outside(house) == told


@pytest.mark.parametrize("name", VOICE)
async def test_what_was_told_is_left_as_it_is(house: House, name: str) -> None:
    await house.tamper("notifications", VOICE[name][0])
    assert await refusals(house) == ["nothing that differs is derived from the ledger alone"]


@pytest.mark.parametrize("name", LEDGER)
async def test_nothing_is_rebuilt_from_a_ledger_that_was_altered(house: House, name: str) -> None:
    await house.tamper("admissions", LEDGER[name][0])
    await house.tamper("quota", STORED["credits"][0])
    before = await sums(house), await said_outside(house)
    [why] = await refusals(house)
    assert why in {
        "the ledger itself was altered",
        "more was counted than ledger and definitions have",
    }
    assert (await sums(house), await said_outside(house)) == before


async def test_what_is_left_is_said(house: House) -> None:
    await house.tamper("quota", STORED["credits"][0])
    await house.tamper("quota", STORED["a crossing"][0])
    said = await house.run(*REPAIR)
    assert said.exit_code == 1
    assert "What still differs does not follow from the ledger" in said.out
    left = await house.run("reconcile", *AT_ONCE, "--json")
    assert left.document["different"] == 1


async def test_a_snapshot_that_was_lost_is_made_up_for(house: House) -> None:
    """The one before it is of another key, whose stretches the counts no longer have."""
    await house.define()
    await house.live(("01002", 5))
    right = await counts(house)
    await house.tamper("quota", "DELETE FROM snapshots WHERE sequence = 5")
    assert await counts(house) != right
    await repaired(house)
    assert await counts(house) == right
    await house.live(("01003", 1))
    await land_is_right(house)


async def test_an_owner_that_loaded_what_was_tampered_owns_it_no_more(house: House) -> None:
    await house.tamper("quota", STORED["a standing"][0])
    poisoned = owner(house)
    [first] = await house.record(("01002", 1))
    await poisoned.take([true_event(first)])
    await repaired_and_told(house)
    [second] = await house.record(("01002", 1))
    await poisoned.take([true_event(second)])
    await house.tell()
    assert await house.fetch("quota", "SELECT sequence FROM positions WHERE land = '01'") == [(7,)]
    await land_is_right(house)


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (("01002", 1), ("01001", 60)),  # both sides cross, and it is undone
        (("01056", 60), NOT_A_MEMBER),  # the true one crosses, the false one did not
        (("01001", 60), ("01001", 61)),  # both cross alike
        (("01001", 60), ("01056", 60)),
    ],
)
async def test_a_held_land_is_rebuilt_and_goes_on(
    house: House, true: tuple[str, int], false: tuple[str, int]
) -> None:
    await count_false(house, true, false)
    raised = await house.fetch("quota", "SELECT * FROM crossings ORDER BY sequence")
    outcome = await repaired_and_told(house)
    assert "is not the one that the ledger chains on" in outcome["released"]
    now = await house.fetch("quota", "SELECT * FROM crossings ORDER BY sequence")
    assert now[: len(raised)] == raised
    crossings = await house.fetch("quota", "SELECT sequence FROM crossings ORDER BY sequence")
    assert crossings == [(number,) for number in range(1, len(crossings) + 1)]
    await house.live(("01003", 40), ("01002", 9))
    await land_is_right(house)


async def repaired_and_told(house: House) -> Json:
    """Rebuild; then quota and notifications go on by themselves."""
    said = await house.run(*REPAIR, "--json")
    [outcome] = said.document["repairs"]
    assert outcome["refused"] is None
    await house.count()
    await house.tell()
    return dict(outcome)


async def test_a_crossing_that_something_false_kept_back_is_raised_once(house: House) -> None:
    await count_false(house, ("01056", 60), NOT_A_MEMBER)
    crossings = "SELECT unit, cause FROM crossings ORDER BY sequence"
    before = len(await house.fetch("quota", crossings))
    outcome = await repaired_and_told(house)
    after = (await house.fetch("quota", crossings))[before:]
    assert outcome["corrections"] > 0
    assert ("01056", "own-placement") in after
    await land_is_right(house)


async def test_what_was_altered_and_then_told_is_corrected(house: House) -> None:
    await house.tamper("quota", STORED["a standing"][0])
    await house.live(("01002", 1))
    said = await house.run("reconcile", *AT_ONCE, "--json")
    assert said.exit_code == 1
    outcome = await repaired_and_told(house)
    assert outcome["repaired"]["crossings"] > 0
    await house.live(("01003", 1))
    await land_is_right(house)


async def test_a_land_may_be_rebuilt_again(house: House) -> None:
    await count_false(house, ("01002", 1), ("01001", 60))
    await repaired_and_told(house)
    await count_false(house, ("01003", 30), ("01002", 90))
    await repaired_and_told(house)
    await house.live(("01001", 7))
    await land_is_right(house)
    assert len((await house.ask("repairs", "--land", "01"))["items"]) == 2
    assert (await house.ask("repairs", "--land", "02"))["items"] == []


async def test_nobody_can_change_what_was_repaired(house: House) -> None:
    async with house.pools["quota"].acquire() as tx:
        may = await tx.fetchrow(
            "SELECT has_table_privilege('repairs', 'UPDATE') AS change,"
            " has_table_privilege('repairs', 'DELETE') AS remove"
        )
    assert dict(may or {}) == {"change": False, "remove": False}
