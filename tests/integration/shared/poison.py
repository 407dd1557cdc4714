"""Records that are no event of ours, as a seeded chance makes them, mixed with good ones."""

import gzip
import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from shared.letters import escaped
from shared.postgres import Database
from tests.integration.shared.topics import producing

LETTERS = "SELECT key, value, headers FROM dead_letters ORDER BY partition, log_offset"
MEGABYTE = 1_000_000
Headers: TypeAlias = list[tuple[str, bytes | None]]
Letter: TypeAlias = tuple[bytes | None, bytes | None, list[list[str | None]]]
Spoil: TypeAlias = Callable[[random.Random, bytes], bytes | None]
KEYS = (b"", b"01", b"\xff\0", b"k" * 5000, None)
HEADERS: tuple[Headers, ...] = (
    [],
    [("null", None)],
    [("traceparent", b"\xff\xfe"), ("empty", b"")],
    [("", b"1"), ("a\0b", b"\0"), ("ü", b"\xc3")],
    [("twice", b"1"), ("twice", b"2")] * 50,
)


@dataclass(frozen=True)
class Put:
    """A record as it goes on the topic."""

    value: bytes | None
    key: bytes | None = b"01"
    headers: Sequence[tuple[str, bytes | None]] = ()

    @property
    def letter(self) -> Letter:
        """Key, value and headers as a dead letter must keep them."""
        headers = [
            [escaped(name), None if value is None else value.hex()] for name, value in self.headers
        ]
        return self.key, self.value, headers


def _with_data(event: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    document = orjson.loads(event)
    change(document["data"])
    return orjson.dumps(document)


def _field(chance: random.Random, event: bytes) -> str:
    data: dict[str, Any] = orjson.loads(event)["data"]
    return chance.choice(sorted(data))


def _with_raw_field(chance: random.Random, event: bytes, raw: bytes) -> bytes:
    """The event with the raw bytes in the place of one of its data's values."""
    name = _field(chance, event)
    marked = _with_data(event, lambda data: data.update({name: "marked here"}))
    return marked.replace(b'"marked here"', raw)


def _nested(chance: random.Random, event: bytes) -> bytes:
    depth = chance.choice([10, 1_000, 100_000])
    arrays = b"[" * depth + b"]" * depth
    return chance.choice([arrays, _with_raw_field(chance, event, arrays), b'{"a":' * depth])


def _number(chance: random.Random, event: bytes) -> bytes:
    numbers = [b"9" * 5_000, b"1e999", b"-1e999", b"1" + b"0" * 30, b"0.5", b"-9223372036854775809"]
    return _with_raw_field(chance, event, b"[%b]" % chance.choice(numbers))


def _another_kind(chance: random.Random, event: bytes) -> bytes:
    data = orjson.loads(event)["data"]
    others = [1, -0.5, True, None, "text", [], {}, [data], data, {"specversion": "1.0"}]
    return orjson.dumps(chance.choice(others))


def _another_version(chance: random.Random, event: bytes) -> bytes:
    return event.replace(b'"specversion":"1.0"', b'"specversion":"%d.0"' % chance.randint(2, 99))


def _incomplete(chance: random.Random, event: bytes) -> bytes:
    name = _field(chance, event)
    return _with_data(event, lambda data: data.pop(name))


SPOILS: tuple[Spoil, ...] = (
    lambda _chance, _event: None,
    lambda _chance, _event: b"",
    lambda chance, _event: b"\xff" + chance.randbytes(chance.randrange(2_000)),
    lambda chance, event: event[: chance.randrange(1, len(event))],
    lambda chance, event: event + chance.choice([b"}", b"\0", event]),
    lambda _chance, event: b"\xef\xbb\xbf" + event,
    lambda _chance, event: event.decode().encode("utf-16"),
    lambda _chance, event: gzip.compress(event, mtime=0),
    lambda chance, event: _with_raw_field(chance, event, b'"01\xc3"'),
    lambda chance, event: _with_raw_field(chance, event, b'"\\ud800\\u0000"'),
    lambda chance, event: _with_raw_field(chance, event, b'{"x":1}'),
    _another_kind,
    _another_version,
    _incomplete,
    _nested,
    _number,
)


def poison(chance: random.Random, events: Sequence[bytes], count: int) -> list[Put]:
    """So many bad records made of these events, of every kind in turn, and two of a megabyte."""
    large = [b"x" * MEGABYTE, b'"%b"' % (b"x" * MEGABYTE)]
    kinds = itertools.cycle(SPOILS)
    spoilt = [next(kinds)(chance, chance.choice(events)) for _ in range(count - len(large))]
    return [Put(value, _key(chance, value), chance.choice(HEADERS)) for value in spoilt + large]


def _key(chance: random.Random, value: bytes | None) -> bytes | None:
    """Any key; the producer sends none where there is no value, either."""
    return chance.choice(KEYS[:-1] if value is None else KEYS)


def of_later_versions(event: bytes, count: int) -> list[Put]:
    """Events of types that a reader of this version skips."""
    document = orjson.loads(event)
    kinds = [f"{document['type'].removesuffix('1')}{2 + number}" for number in range(count)]
    return [Put(orjson.dumps(document | {"type": kind})) for kind in kinds]


def mixed(chance: random.Random, good: Sequence[bytes], others: Sequence[Put]) -> list[Put]:
    """All of them, the good ones in their order."""
    places = sorted(chance.sample(range(len(good) + len(others)), len(good)))
    records = chance.sample(others, len(others))
    for place, value in zip(places, good, strict=True):
        records.insert(place, Put(value))
    return records


async def put_all(bootstrap: str, topic: str, records: Sequence[Put]) -> None:
    """Put records on the partition of Land 01, in order."""
    async with producing(bootstrap) as producer:
        sent = [
            await producer.send(topic, one.value, one.key, 0, headers=list(one.headers))
            for one in records
        ]
        for each in sent:
            await each


async def letters(database: Database) -> list[Letter]:
    """The dead letters in the order of the topic."""
    return [tuple(row) for row in await database.fetch(LETTERS)]
