"""What is no event of ours is told so by one exception, whatever the bytes are."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.crossings import read_crossing
from shared.contracts.envelopes import Envelope, NotAnEvent, unwrap
from shared.contracts.ledger import read_entry, read_head
from tests.contract.messages import golden

DEEP = b"[" * 200_000 + b"]" * 200_000
readers = st.sampled_from([read_entry, read_head, read_crossing])


def envelope(data: bytes, kind: str = "placement.recorded.v1") -> bytes:
    return b'{"specversion":"1.0","type":%b,"data":%b}' % (json.dumps(kind).encode(), data)


def read_any(value: bytes) -> Envelope:
    read = unwrap(value)
    for reader in (read_entry, read_head, read_crossing):
        with pytest.raises(NotAnEvent):
            reader(read)
    return read


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b"\xef\xbb\xbf" + golden("ledger.head"),
        b'{"specversion":"1.0","type":"\xff","data":1}',
        b'{"specversion":"1.0","type":"\\ud800","data":1}',
        b'{"specversion":"1.0","type":NaN,"data":1}',
        b'{"specversion":"0.3","type":"x","data":1}',
        b'{"type":"x","data":1}',
        b'{"specversion":"1.0","type":"%b","data":1}' % (b"x" * 900_000),
        DEEP,
        b'{"specversion":"1.0","type":"x","other":%b,"data":1}' % DEEP,
        envelope(DEEP),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_no_envelope_is_refused(value: bytes | None) -> None:
    with pytest.raises(NotAnEvent):
        unwrap(value)


@pytest.mark.parametrize("data", [b"1", b'"x"', b"{}", b"[]", b"null", b'{"x":[[[[]]]]}'])
def test_data_that_is_not_what_its_type_promises_is_refused(data: bytes) -> None:
    assert read_any(envelope(data)).type == "placement.recorded.v1"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("land", "00"),
        ("land", "17"),
        ("land", "01\n"),
        ("land", "1"),
        ("sequence", 0),
        ("sequence", -1),
        ("sequence", 1.0),
        ("sequence", "1"),
        ("sequence", True),
        ("sequence", 2**53 + 1),
        ("sequence", 10**400),
        ("type", "other"),
        ("placement", ""),
        ("placement", "x" * 41),
        ("recorded_at", "2023-05-02T08:15:30"),
        ("recorded_at", "2023-02-30T08:15:30Z"),
        ("recorded_at", 1),
        ("corrects", 0),
        ("reason", 1),
        ("reason", "x" * 900_000),
        ("postings", [{"unit": "01001"}]),
        ("postings", None),
        ("previous_hash", "0" * 65),
        ("hash", "0" * 63),
        ("hash", "0" * 64 + "\n"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_an_entry_with_a_false_field_is_no_event(field: str, value: Any) -> None:
    event = json.loads(golden("placement.recorded"))
    event["data"][field] = value
    with pytest.raises(NotAnEvent):
        read_entry(unwrap(json.dumps(event).encode()))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("land", "99"),
        ("before", "sideways"),
        ("cause", "no-cause"),
        ("ledger_sequence", -1),
        ("ledger_sequence", 2**70),
        ("definition", 2**53 + 1),
        ("credited", {"exact": "1/0", "decimal": "1.000"}),
        ("credited", {"exact": "1/2 ", "decimal": "0.500"}),
        ("credited", {"exact": "9" * 5000, "decimal": "0.500"}),
        ("credited", {"exact": "1", "decimal": "1\u0000000"}),
        ("credited", 9),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_crossing_with_a_false_field_is_no_event(field: str, value: Any) -> None:
    event = json.loads(golden("quota.crossed"))
    event["data"][field] = value
    with pytest.raises(NotAnEvent):
        read_crossing(unwrap(json.dumps(event).encode()))


def told_apart(value: bytes, reader: Any) -> str:
    """The Land that was read, or why nothing was; anything else breaks the test."""
    try:
        land: str = reader(unwrap(value)).land
    except NotAnEvent as refused:
        return str(refused)
    return land


@given(st.binary(max_size=200), readers)
def test_any_bytes_are_an_event_or_refused(value: bytes, reader: Any) -> None:
    assert told_apart(value, reader)


@given(st.data(), readers)
def test_one_changed_byte_of_a_message_never_breaks_a_reader(
    data: st.DataObject, reader: Any
) -> None:
    name = data.draw(st.sampled_from(["placement.corrected", "quota.crossed", "ledger.head"]))
    message = bytearray(golden(name))
    message[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    assert told_apart(bytes(message), reader)
