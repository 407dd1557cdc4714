"""What aiokafka reads, with no more than is used, and in spite of header names that stop it."""

from typing import Any

import msgspec
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords, _MemoryRecordsPy


class Record(msgspec.Struct, frozen=True, gc=False):
    """A record of a topic: made and dropped in half the time of aiokafka's own."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()


class _Fetched(MemoryRecords):  # type: ignore[misc]  # a protocol to the checker alone
    """Records that keep the bytes they are read from."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.data = data


class _Escaping(bytearray):
    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        return _Escaping(found) if isinstance(at, slice) else found

    def decode(self, *_: str) -> str:
        return super().decode(errors="backslashreplace")


class _Batch(_DefaultRecordBatchPy):  # type: ignore[misc]  # final to the checker alone
    def __init__(self, data: memoryview) -> None:
        super().__init__(data)
        self._buffer = _Escaping(data)


class _Escaped(_MemoryRecordsPy):  # type: ignore[misc]  # final to the checker alone
    """The same records, read by aiokafka's slower reader."""

    def next_batch(self) -> _Batch:
        batch = _Batch(self._next_slice)
        self._cache_next()
        return batch


class _PartitionRecords(fetcher.PartitionRecords):  # type: ignore[misc]  # untyped
    _records: Any

    def __iter__(self) -> Any:
        """Without a call for each record: whoever takes all needs no `__next__`."""
        return self._records_iterator

    def _consumer_record(self, at: TopicPartition, one: Any) -> Record:
        return Record(at.topic, at.partition, one.offset, one.key, one.value, tuple(one.headers))

    def _unpack_records(self) -> Any:
        try:
            yield from super()._unpack_records()
        except (UnicodeDecodeError, CorruptRecordException):
            if not isinstance(self._records, _Fetched):
                raise
            # From the fetch's start: what was handed out lies before `next_fetch_offset`.
            self._records = _Escaped(self._records.data)
            yield from super()._unpack_records()


def read_as_records() -> None:
    """Let every consumer of this process hand out Records, their bytes as they are.

    A byte of a header name that is not UTF-8, at which aiokafka stops for ever, is there as Python
    writes it.
    """
    fetcher.MemoryRecords, fetcher.PartitionRecords = _Fetched, _PartitionRecords
