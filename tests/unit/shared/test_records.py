"""What aiokafka does with a header name that is not UTF-8, and what we make of it."""

from collections.abc import Callable
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from shared.records import _Fetched, _PartitionRecords


def batch(*names: bytes, at: int) -> bytes:
    """One record of each header name, of four bytes; from the offset `at` on."""
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=0,
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=99_999,
    )
    for number in range(len(names)):
        builder.append(number, timestamp=0, key=b"k", value=b"%d" % number, headers=[("none", b"")])
    built = bytes(builder.build())
    for name in names:
        built = built.replace(b"none", name, 1)
    return at.to_bytes(8, "big") + built[8:]


def read(data: bytes, records: Callable[[bytes], Any], reader: Callable[..., Any]) -> list[str]:
    place = TopicPartition("topic", 0)
    found = reader(place, records(data), [], 5, None, None, False, "read_uncommitted")
    return [f"{record.offset} {record.headers[0][0]}" for record in found]


TWO_BATCHES = batch(b"old1", b"gut2", b"gut3", at=4) + batch(b"n\xffme", b"gut5", at=7)


def test_aiokafka_stops_at_a_header_name_that_is_not_utf_8() -> None:
    with pytest.raises(UnicodeDecodeError):
        read(TWO_BATCHES, MemoryRecords, fetcher.PartitionRecords)


def test_the_record_is_read_with_its_name_escaped_and_no_other_twice_or_never() -> None:
    assert read(TWO_BATCHES, _Fetched, _PartitionRecords) == [
        "5 gut2",
        "6 gut3",
        r"7 n\xffme",
        "8 gut5",
    ]


def test_a_record_that_is_broken_otherwise_is_still_an_error() -> None:
    head = 61  # then comes the length of the first record
    broken = TWO_BATCHES[:head] + b"\x7e" + TWO_BATCHES[head + 1 :]
    with pytest.raises(CorruptRecordException):
        read(broken, _Fetched, _PartitionRecords)
