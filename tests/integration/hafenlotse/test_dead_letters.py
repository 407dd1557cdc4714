"""Dead letters are listed, looked at and sent through the door again: twice is once."""

from typing import Any

import orjson
import pytest

from services.quota.store.crossings import list_crossings_after
from shared.contracts.crossings import crossing_document, crossing_event
from shared.contracts.ledger import entry_event
from shared.postgres import transaction
from shared.store.dead_letters import DeadLetter, insert_dead_letters
from shared.topics import CROSSINGS, PLACEMENTS
from tests.integration.hafenlotse.conftest import LAND, House

pytestmark = pytest.mark.asyncio
TIME = "2026-11-02T09:00:00.000000Z"


def a_letter(value: bytes | None, topic: str = PLACEMENTS, **changes: Any) -> DeadLetter:
    facts: dict[str, Any] = {
        "topic": topic, "partition": 0, "log_offset": 7, "reason": "not-an-event",
        "detail": "made up", "key": b"01", "value": value, "headers": (("sent-by", "ff00"),),
    }  # fmt: skip
    return DeadLetter(**facts | changes)


async def bury(house: House, service: str, *letters: DeadLetter) -> None:
    async with transaction(house.pools[service]) as tx:
        await insert_dead_letters(tx, list(letters))


async def outcomes(house: House, *words: str) -> list[str]:
    said = await house.run("dead-letters", "re-drive", *words, "--json")
    return [item["outcome"] for item in said.document["items"]]


@pytest.mark.promise(10)
async def test_a_true_entry_is_applied_once_however_often_it_is_re_driven(house: House) -> None:
    [entry] = await house.record(("01002", 4))
    await bury(house, "quota", a_letter(entry_event(entry)))
    assert await outcomes(house, "quota:1") == ["applied"]
    once = await house.fetch("quota", "TABLE count_changes")
    assert await outcomes(house, "quota:1") == ["known"]
    assert await house.fetch("quota", "TABLE count_changes") == once
    marks = await house.fetch("quota", "SELECT dead_letter, actor, outcome FROM redrives")
    assert marks == [(1, "cli:anna", "applied")]
    assert await house.fetch("quota", "SELECT sequence FROM positions WHERE land = '01'") == [(6,)]


async def test_a_true_crossing_raises_its_alert(house: House) -> None:
    await house.record(("01056", 40))
    await house.count()
    [(before,)] = await house.fetch("notifications", "SELECT max(sequence) FROM alerts")
    async with house.pools["quota"].acquire() as tx:
        [crossing] = await list_crossings_after(tx, LAND, before, 1)
    event = crossing_event(crossing_document(crossing._asdict()), TIME)
    await bury(house, "notifications", a_letter(event, CROSSINGS))
    assert await outcomes(house, "--service", "notifications") == ["applied"]
    alerts = await house.fetch("notifications", "SELECT max(sequence) FROM alerts")
    assert alerts == [(before + 1,)]
    assert await outcomes(house, "--service", "notifications") == []


async def test_what_was_applied_before_is_known(house: House) -> None:
    [entry] = await house.record(("01002", 4))
    await house.count()
    await bury(house, "quota", a_letter(entry_event(entry)))
    assert await outcomes(house, "--land", "01") == ["known"]


async def test_what_is_no_event_is_refused_and_may_be_tried_again(house: House) -> None:
    await bury(house, "quota", a_letter(b"\xff\x00"))
    for _ in range(2):
        said = await house.run("dead-letters", "re-drive", "quota:1")
        assert said.exit_code == 1
        assert "refused" in said.out
    [item] = (await house.ask("dead-letters", "list"))["items"]
    assert (item["letter"], item["outcome"], item["actor"]) == ("quota:1", "refused", "cli:anna")


async def test_what_this_version_does_not_know_is_skipped(house: House) -> None:
    [entry] = await house.record(("01002", 4))
    other = orjson.loads(entry_event(entry)) | {"type": "placement.blessed.v1"}
    await bury(house, "quota", a_letter(orjson.dumps(other)))
    assert await outcomes(house, "quota:1") == ["skipped"]
    assert (await house.ask("dead-letters", "list"))["items"] == []
    assert len((await house.ask("dead-letters", "list", "--settled"))["items"]) == 1


async def test_while_the_feed_is_silent_nothing_is_decided(house: House) -> None:
    *_, later = await house.record(("01002", 4), ("01003", 4))
    await bury(house, "quota", a_letter(entry_event(later)))
    said = await house.run("dead-letters", "re-drive", "quota:1", "--json")
    assert (said.exit_code, said.out) == (3, "")
    assert "does not answer" in said.error
    assert await house.fetch("quota", "SELECT * FROM redrives") == []


async def test_a_held_land_takes_nothing(house: House) -> None:
    [entry] = await house.record(("01002", 4))
    await bury(house, "quota", a_letter(entry_event(entry)))
    await house.tamper("quota", "UPDATE positions SET held = 'false entry' WHERE land = '01'")
    said = await house.run("dead-letters", "re-drive", "quota:1")
    assert said.exit_code == 1
    assert "held" in said.out
    assert "false entry" in said.out


async def test_letters_are_listed_by_service_and_land(house: House) -> None:
    await bury(house, "quota", a_letter(b"1"), a_letter(b"2", partition=8))
    await bury(house, "notifications", a_letter(b"3", CROSSINGS))

    async def named(*words: str) -> list[str]:
        items = (await house.ask("dead-letters", "list", *words))["items"]
        return [item["letter"] for item in items]

    assert await named() == ["quota:2", "quota:1", "notifications:1"]
    assert await named("--service", "quota") == ["quota:2", "quota:1"]
    assert await named("--land", "09") == ["quota:2"]
    assert await named("--limit", "1") == ["quota:2", "notifications:1"]


async def test_a_letter_is_shown_with_its_bytes(house: House) -> None:
    await bury(house, "quota", a_letter(b"\xff\x00"))
    shown = await house.ask("dead-letters", "show", "quota:1")
    assert shown["value"] == {"hex": "ff00", "text": None}
    assert shown["key"] == {"hex": "3031", "text": "01"}
    assert shown["headers"] == [{"name": "sent-by", "hex": "ff00"}]
    assert (shown["land"], shown["partition"], shown["offset"], shown["size"]) == ("01", 0, 7, 2)
    table = await house.run("dead-letters", "show", "quota:1")
    assert "made up" in table.out


NO_LETTERS = [
    ("show", "quota:1"),
    ("show", "admissions:1"),
    ("show", "quota"),
    ("show", "quota:x"),
    ("re-drive",),
    ("re-drive", "quota:1"),
    ("re-drive", "quota:1", "--service", "quota"),
    ("list", "--land", "17"),
]


async def test_what_names_no_letter_is_wrong_use(house: House) -> None:
    said = [await house.run("dead-letters", *words) for words in NO_LETTERS]
    assert {(each.exit_code, each.out) for each in said} == {(2, "")}
    assert all(each.error for each in said)
