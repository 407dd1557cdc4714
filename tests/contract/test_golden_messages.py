"""What outsiders rely on, byte for byte: messages are made as their files say, and are read."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from services.notifications.handlers.crossings import fingerprint_of
from shared.codes import Cause, EntryType, Standing
from shared.contracts.crossings import CROSSED, read_crossing
from shared.contracts.envelopes import NotAnEvent, unwrap
from shared.contracts.ledger import (
    GENESIS,
    HEAD,
    KINDS,
    hash_of,
    head_document,
    read_entry,
    read_head,
    read_head_answer,
)
from tests.contract.messages import PLACEMENT, golden, produced

ENTRIES = ("placement.recorded", "placement.corrected", "placement.withdrawn")
TRANSFERRED = "placement.transferred"
NAMES = (*ENTRIES, TRANSFERRED, "ledger.head", "quota.crossed")
READERS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys((*ENTRIES, TRANSFERRED), read_entry),
    "ledger.head": read_head,
    "quota.crossed": read_crossing,
}


def canonical(value: Any) -> str:
    """RFC 8785 by hand, for ASCII without escapes, whole numbers, lists and objects."""
    match value:
        case None:
            return "null"
        case bool():
            raise TypeError("an entry has no truth values")
        case int():
            return str(value)
        case str():
            assert all(" " <= letter <= "~" and letter not in '"\\' for letter in value)
            return f'"{value}"'
        case list():
            return "[" + ",".join(canonical(each) for each in value) + "]"
        case dict():
            members = (f"{canonical(name)}:{canonical(value[name])}" for name in sorted(value))
            return "{" + ",".join(members) + "}"
    raise TypeError(type(value))


def data_of(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(golden(name))["data"]
    return data


@pytest.mark.parametrize("name", NAMES)
def test_each_message_is_made_byte_for_byte(name: str) -> None:
    assert produced()[name] == golden(name)


@pytest.mark.parametrize("name", ["placement.corrected", "ledger.head", "quota.crossed"])
def test_messages_whose_fields_were_not_sorted_yet_are_read_alike(name: str) -> None:
    before, today = golden(f"before/{name}"), golden(name)
    assert before != today
    assert READERS[name](unwrap(before)) == READERS[name](unwrap(today))


@pytest.mark.parametrize("name", NAMES)
def test_each_message_is_a_cloud_event_of_one_land(name: str) -> None:
    event = json.loads(golden(name))
    assert event["specversion"] == "1.0"
    assert event["datacontenttype"] == "application/json"
    assert event["partitionkey"] == event["data"]["land"]
    assert event["sequence"] == str(event["data"]["sequence"])
    assert event["id"].startswith(f"{event['partitionkey']}:{event['sequence']}")
    assert all(isinstance(value, str) for key, value in event.items() if key != "data")


def test_no_two_messages_of_a_source_have_one_id() -> None:
    events = [json.loads(golden(name)) for name in NAMES]
    assert len({(event["source"], event["id"]) for event in events}) == len(NAMES)


@pytest.mark.parametrize("name", [*ENTRIES, TRANSFERRED])
def test_the_hash_is_the_one_that_the_law_of_the_chain_gives(name: str) -> None:
    entry = data_of(name)
    claimed = entry.pop("hash")
    assert hashlib.sha256(canonical(entry).encode()).hexdigest() == claimed
    assert hash_of(entry) == claimed


def test_entries_chain_from_64_zeros_on() -> None:
    recorded, corrected, withdrawn = (data_of(name) for name in ENTRIES)
    assert recorded["previous_hash"] == "0" * 64
    assert corrected["previous_hash"] == recorded["hash"]
    assert withdrawn["previous_hash"] == corrected["hash"]
    assert data_of("ledger.head")["hash"] == withdrawn["hash"]


def test_a_recorded_placement_is_read() -> None:
    envelope = unwrap(golden("placement.recorded"))
    assert envelope.type in KINDS
    entry = read_entry(envelope)
    assert (entry.land, entry.sequence, entry.type) == ("01", 1, EntryType.RECORDED)
    assert (entry.placement, entry.corrects, entry.reason) == (PLACEMENT, None, None)
    assert entry.recorded_at.isoformat() == "2023-05-02T08:15:31.250000+00:00"
    [posting] = entry.postings
    assert (posting.unit, posting.programme, posting.persons) == ("01001", "safe-harbour", 3)
    assert posting.effective_on == date(2023, 5, 1)


def test_a_correction_is_read_with_all_its_postings() -> None:
    entry = read_entry(unwrap(golden("placement.corrected")))
    assert (entry.type, entry.corrects, entry.reason) == (EntryType.CORRECTED, 1, "wrong-unit")
    assert [(each.unit, each.persons) for each in entry.postings] == [("01001", -3), ("01003", 4)]


def test_a_withdrawal_nets_to_nothing() -> None:
    entries = [read_entry(unwrap(golden(name))) for name in ENTRIES]
    assert sum(posting.persons for entry in entries for posting in entry.postings) == 0
    assert entries[2].type is EntryType.WITHDRAWN


def test_a_transfer_takes_from_one_unit_what_it_gives_to_another() -> None:
    entry = read_entry(unwrap(golden(TRANSFERRED)))
    assert (entry.type, entry.corrects) == (EntryType.TRANSFERRED, 6)
    assert [(each.unit, each.persons) for each in entry.postings] == [("01001", -3), ("01003", 3)]
    assert json.loads(golden(TRANSFERRED))["subject"] == "01003"


def test_a_head_is_read() -> None:
    envelope = unwrap(golden("ledger.head"))
    assert envelope.type == HEAD
    head = read_head(envelope)
    assert (head.land, head.sequence, head.hash) == (
        "01",
        3,
        data_of("placement.withdrawn")["hash"],
    )


def test_the_head_of_an_empty_ledger_is_read_from_its_answer() -> None:
    at = datetime(2023, 5, 2, tzinfo=UTC)
    answer = json.dumps(head_document("01", 0, GENESIS, at)).encode()
    assert (read_head_answer(answer).sequence, read_head_answer(answer).at) == (0, at)


def test_a_crossing_is_read_with_exact_numbers() -> None:
    envelope = unwrap(golden("quota.crossed"))
    assert envelope.type == CROSSED
    crossing = read_crossing(envelope)
    assert (crossing.before, crossing.after) == (Standing.ON_QUOTA, Standing.OVER)
    assert crossing.cause is Cause.OWN_PLACEMENT
    numbers = data_of("quota.crossed")
    credited, target = (Fraction(numbers[one]["exact"]) for one in ("credited", "target"))
    assert (crossing.target.exact, crossing.target.decimal) == ("988/125", "7.904")
    assert Fraction(numbers["balance"]["exact"]) == credited - target == Fraction(137, 125)


@pytest.mark.parametrize("name", NAMES)
def test_fields_that_later_versions_add_are_accepted(name: str) -> None:
    event, reader = json.loads(golden(name)), READERS[name]
    event |= {"traceparent": "00-1-2-01", "later": {"deep": [1, None]}}
    event["data"] |= {"later": [{"any": 1.5}, "Ä"]}
    if "previous_hash" in event["data"]:
        event["data"]["hash"] = hash_of(event["data"])
    grown = reader(unwrap(json.dumps(event, ensure_ascii=False).encode()))
    plain = reader(unwrap(golden(name)))
    assert (grown.land, grown.sequence) == (plain.land, plain.sequence)


def test_an_event_of_a_later_type_is_told_apart_and_needs_no_data() -> None:
    envelope = unwrap(b'{"specversion":"1.0","type":"placement.recorded.v2","id":"1"}')
    assert envelope.type not in KINDS | {HEAD, CROSSED}


def test_two_crossings_of_one_number_are_told_apart_by_what_they_say() -> None:
    crossing = read_crossing(unwrap(golden("quota.crossed")))
    changed = golden("quota.crossed").replace(b'"before":"on-quota"', b'"before":"under"')
    assert fingerprint_of(crossing) == fingerprint_of(
        read_crossing(unwrap(golden("quota.crossed")))
    )
    assert fingerprint_of(crossing) != fingerprint_of(read_crossing(unwrap(changed)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"persons":3', '"persons":4'),
        ('"unit":"01001"', '"unit":"01002"'),
        ("2023-05-01", "2023-05-02"),
        ("08:15:31.250000Z", "08:15:31.250001Z"),
        ('"previous_hash":"0', '"previous_hash":"1'),
        ('"type":"recorded"', '"type":"withdrawn"'),
        ('"sequence":1,', '"sequence":2,'),
        ('"hash":"b', '"hash":"c'),
    ],
)
def test_an_entry_whose_hash_is_not_its_own_is_no_event(old: str, new: str) -> None:
    text = golden("placement.recorded").decode()
    head, data = text.split('"data":')
    assert old in data
    forged = f'{head}"data":{data.replace(old, new)}'
    with pytest.raises(NotAnEvent, match="hash"):
        read_entry(unwrap(forged.encode()))
