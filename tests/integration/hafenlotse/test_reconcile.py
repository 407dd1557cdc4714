"""Reconciliation: a sound house has no difference, and whatever was tampered with is found."""

import random

import pytest

from shared.codes import LANDS
from tests.integration.hafenlotse.conftest import House, Json, Said
from tests.sizes import sized

pytestmark = pytest.mark.asyncio
AT_ONCE = ("--wait", "0")


def of_land(document: Json, code: str = "01") -> Json:
    land: Json = next(one for one in document["lands"] if one["land"] == code)
    return land


def checks_that_differ(said: Said) -> set[str]:
    land = of_land(said.document)
    assert said.document["different"] == land["different"]
    return {name for name, check in land["checks"].items() if check["different"]}


async def test_a_sound_house_has_no_difference(house: House) -> None:
    document = await house.ask("reconcile", *AT_ONCE)
    assert document["different"] == 0
    land = of_land(document)
    compared = {name: check["compared"] for name, check in land["checks"].items()}
    crossings = compared["alerts"]
    assert compared["chain"] == compared["entries"] == 5
    assert compared["days"] == 3
    assert compared["counts"] > 30
    assert compared["past"] > 30
    assert crossings > 5
    assert compared["deliveries"] == crossings


async def test_a_land_without_entries_is_reported_too(house: House) -> None:
    document = await house.ask("reconcile", *AT_ONCE)
    assert [land["land"] for land in document["lands"]] == list(LANDS)
    assert {land["entries"] for land in document["lands"] if land["land"] != "01"} == {0}
    said = await house.run("reconcile", *AT_ONCE)
    assert [line.split() for line in said.out.splitlines() if line.startswith("16")] == [
        ["16", "chain", "0", "0"]
    ]


async def test_what_is_in_a_land_without_entries_is_found(house: House) -> None:
    await house.tamper("quota", "INSERT INTO daily_sums VALUES ('02','02000','asylum',now(),1)")
    said = await house.run("reconcile", *AT_ONCE, "--json")
    assert of_land(said.document, "02")["checks"]["days"]["different"] == 1


async def test_definitions_between_entries_are_counted_where_they_were(house: House) -> None:
    await house.define()
    await house.live(("01002", 5))
    assert (await house.ask("reconcile", *AT_ONCE))["different"] == 0


def altered(table: str, document: str) -> str:
    """A statement that makes another document, in SQL, of the counts `doc` in a table's rows."""
    return f"""
        UPDATE {table} AS kept SET counts = convert_to(({document})::text, 'UTF8')
          FROM (SELECT ctid, convert_from(counts, 'UTF8')::jsonb AS doc FROM {table}) AS read
         WHERE kept.ctid = read.ctid AND doc ? 'sh-regular'"""  # noqa: S608  # of constants


def number_of(*path: str, now: str) -> str:
    """The counts `doc`, in SQL, in which a number or a standing is another one."""
    return f"jsonb_set(doc, '{{{','.join(path)}}}', '{now}')"


STORED = {
    "credits": (
        altered("count_changes", number_of("sh-regular", "credited", "01001", now="6")),
        {"counts"},
    ),
    "a standing": (
        altered("count_changes", number_of("sh-regular", "standings", "01001", now='"under"')),
        {"counts"},
    ),
    "a total": (
        altered("count_changes", number_of("sh-regular", "totals", "1990-01-01", now="20")),
        {"counts"},
    ),
    "a lost unit": (
        altered("count_changes", "doc #- '{sh-regular,credited,01002}'"),
        {"counts"},
    ),
    "the scale": (
        altered("count_changes", number_of("sh-alliance", "scale", now="7")),
        {"counts"},
    ),
    "lost changes": ("DELETE FROM count_changes", {"counts"}),
    "changes that nobody can read": ("UPDATE count_changes SET counts = '['", {"counts"}),
    "a snapshot that nobody can read": (
        "UPDATE snapshots SET counts = counts || 'x'",
        {"counts", "past"},
    ),
    "a snapshot of what is not there": (
        """INSERT INTO snapshots
           SELECT land, sequence, definition + 1, crossing, ledger_hash, counts
             FROM snapshots ORDER BY sequence DESC, definition DESC LIMIT 1""",
        {"past"},
    ),
    "a day": ("UPDATE daily_sums SET persons = persons + 1 WHERE unit = '01003'", {"days"}),
    "a day too many": (
        "INSERT INTO daily_sums VALUES ('01', '01004', 'asylum', '2023-05-01', 1)",
        {"days"},
    ),
    "a crossing": ("UPDATE crossings SET balance = '9' WHERE sequence = 2", {"crossings"}),
    "a lost crossing": ("DELETE FROM crossings WHERE sequence = 3", {"crossings"}),
    "a crossing too many": (
        """INSERT INTO crossings
           SELECT land, sequence + 1000, quota, unit, before, after, credited, target, balance,
                  cause, ledger_sequence, definition, found_at FROM crossings WHERE sequence = 1""",
        {"crossings"},
    ),
    "the end": ("UPDATE positions SET ledger_hash = repeat('0', 64)", {"heads"}),
    "a place of the past": (
        altered("snapshots", number_of("sh-regular", "credited", "01001", now="1")),
        {"past"},
    ),
    "a place from which it goes on": (
        altered("snapshots", number_of("sh-alliance", "credited", "01056", now="1")),
        {"past", "counts"},
    ),
    "days of the past": (
        """UPDATE day_snapshots
              SET days = convert_to(replace(convert_from(days, 'UTF8'), '01001', '01009'), 'UTF8')
            WHERE sequence = (SELECT min(sequence) FROM day_snapshots)""",
        {"past"},
    ),
    "lost copies": ("DELETE FROM entry_batches", {"entries"}),
    "a held Land": ("UPDATE positions SET held = 'false entry' WHERE land = '01'", {"heads"}),
}


SAVED = (
    *("count_changes", "daily_sums", "snapshots", "crossings", "positions", "entry_batches"),
    "day_snapshots",
)


async def save(house: House) -> None:
    for table in SAVED:
        await house.tamper("quota", f"CREATE TABLE saved_{table} AS TABLE {table}")


async def restore(house: House) -> None:
    for table in SAVED:
        await house.tamper("quota", f"TRUNCATE {table} CASCADE")
    for table in SAVED:
        await house.tamper("quota", f"INSERT INTO {table} TABLE saved_{table}")


async def test_what_quota_keeps_can_not_be_altered_unseen(house: House) -> None:
    await save(house)
    found = {}
    for name, (statement, _) in STORED.items():
        await house.tamper("quota", statement)
        said = await house.run("reconcile", *AT_ONCE, "--land", "01", "--json")
        found[name] = said.exit_code, checks_that_differ(said)
        await restore(house)
    assert found == {name: (1, checks) for name, (_, checks) in STORED.items()}
    assert (await house.run("reconcile", *AT_ONCE)).exit_code == 0


ANY_NUMBER = """
    WITH kept AS (SELECT ctid, *, convert_from(counts, 'UTF8')::jsonb AS doc FROM {table}),
         chosen AS (
             SELECT kept.ctid, doc, ARRAY[quota, '{kind}', name] AS path, of_kind.value AS before
               FROM kept, jsonb_each(doc) AS of_quota (quota, counts),
                    jsonb_each_text(of_quota.counts -> '{kind}') AS of_kind (name, value)
                -- What a later change replaced means nothing.
              WHERE NOT EXISTS (
                  SELECT FROM {table} AS later
                   WHERE later.land = kept.land
                     AND (later.sequence, later.definition) > (kept.sequence, kept.definition)
                     AND convert_from(later.counts, 'UTF8')::jsonb -> quota -> '{kind}' ? name)
              ORDER BY md5(quota || name || $1) LIMIT 1)
    UPDATE {table} SET counts = convert_to(jsonb_set(doc, path, to_jsonb({now}))::text, 'UTF8')
      FROM chosen WHERE {table}.ctid = chosen.ctid
"""
ANY_DAY = """
    UPDATE daily_sums SET persons = persons + 2
     WHERE ctid = (SELECT ctid FROM daily_sums ORDER BY md5(ctid::text || $1) LIMIT 1)
"""
BALANCES = [
    ANY_DAY,
    *(
        ANY_NUMBER.format(table=table, kind=kind, now=now)
        for table in ("count_changes", "snapshots")
        for kind, now in [
            ("credited", "before::numeric + 1"),
            ("credited", "before::numeric - 7"),
            ("standings", "CASE before WHEN 'over' THEN 'under' ELSE 'over' END"),
            ("totals", "before::numeric - 1"),
        ]
    ),
]


@pytest.mark.promise(14)
async def test_every_tampered_balance_is_found(house: House) -> None:
    await house.live(("01001", 2), ("01056", 4))  # two steps: the first is replaced in part
    assert len(await house.fetch("quota", "TABLE count_changes")) == 2
    await save(house)
    chance, found = random.Random(14), []
    for _ in range(sized(4, 100)):
        await house.tamper("quota", chance.choice(BALANCES), str(chance.random()))
        found.append((await house.run("reconcile", *AT_ONCE, "--land", "01")).exit_code)
        await restore(house)
    assert set(found) == {1}


LEDGER = {
    "people": (
        """UPDATE entries SET postings = jsonb_set(postings::jsonb, '{0,persons}', '80')::json
            WHERE sequence = 2""",
        {"chain", "entries", "days", "counts", "crossings", "alerts", "heads"},
    ),
    "a hole": ("DELETE FROM entries WHERE sequence = 3", {"chain", "entries"}),
    "a cut tail": (
        """WITH cut AS (DELETE FROM entries WHERE sequence = 5)
           UPDATE lands SET sequence = 4, hash = entries.hash FROM entries
            WHERE lands.land = '01' AND entries.sequence = 4""",
        {"heads", "days", "counts"},
    ),
    "the head": ("UPDATE lands SET hash = repeat('f', 64) WHERE land = '01'", {"chain"}),
    "no entry at all": (
        "UPDATE entries SET postings = '[{}]' WHERE sequence = 4",
        {"chain", "entries"},
    ),
}


@pytest.mark.parametrize("name", LEDGER)
async def test_the_ledger_can_not_be_altered_unseen(house: House, name: str) -> None:
    statement, checks = LEDGER[name]
    await house.tamper("admissions", statement)
    said = await house.run("reconcile", *AT_ONCE, "--json")
    assert said.exit_code == 1
    assert checks_that_differ(said) >= checks


VOICE = {
    "a lost alert": ("DELETE FROM alerts WHERE sequence = 2", {"alerts"}),
    "another alert": (
        "UPDATE alerts SET fingerprint = 'of another one' WHERE sequence = 2",
        {"alerts"},
    ),
    "a lost delivery": (
        "DELETE FROM deliveries WHERE number = (SELECT min(number) FROM deliveries)",
        {"deliveries"},
    ),
    "ahead": ("UPDATE positions SET sequence = sequence + 1", {"heads"}),
}


@pytest.mark.parametrize("name", VOICE)
async def test_what_is_told_can_not_be_lost_unseen(house: House, name: str) -> None:
    statement, checks = VOICE[name]
    await house.tamper("notifications", statement)
    said = await house.run("reconcile", *AT_ONCE, "--json")
    assert said.exit_code == 1
    assert checks_that_differ(said) == checks


async def test_what_is_not_counted_in_time_is_a_difference(house: House) -> None:
    await house.record(("01001", 4))
    said = await house.run("reconcile", "--wait", "0.1", "--json")
    assert said.exit_code == 1
    assert checks_that_differ(said) == {"heads"}
    await house.count()
    assert (await house.run("reconcile", *AT_ONCE)).exit_code == 1  # nobody was told yet
    await house.tell()
    assert (await house.run("reconcile", *AT_ONCE)).exit_code == 0


async def test_a_difference_is_shown_with_what_was_expected(house: House) -> None:
    await house.tamper("quota", "UPDATE daily_sums SET persons = 9 WHERE unit = '01002'")
    said = await house.run("reconcile", *AT_ONCE)
    [line] = [line for line in said.out.splitlines() if "01002 safe-harbour 2023-05-01" in line]
    assert line.split()[-2:] == ["8", "9"]


async def test_nothing_is_repaired(house: House) -> None:
    await house.tamper("quota", "UPDATE daily_sums SET persons = 9 WHERE unit = '01002'")
    first, again = [await house.run("reconcile", *AT_ONCE, "--json") for _ in range(2)]
    assert first.exit_code == again.exit_code == 1
    assert first.document["lands"] == again.document["lands"]
