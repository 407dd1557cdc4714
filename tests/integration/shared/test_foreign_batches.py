"""Batches as clients of other kinds write them."""

import struct

import pytest
from aiokafka.record.util import calc_crc32c

from tests.eventually import eventually
from tests.integration.shared.reading import Reading
from tests.integration.shared.topics import producing

pytestmark = pytest.mark.asyncio
RECORDS_AT, ATTRIBUTES_AT, CRC_AT, LENGTH_AT = 61, 21, 17, 8


def sealed(batch: bytes) -> bytes:
    """The batch with the length and the checksum that fit its bytes."""
    whole = bytearray(batch)
    struct.pack_into(">i", whole, LENGTH_AT, len(batch) - 12)
    struct.pack_into(">I", whole, CRC_AT, calc_crc32c(bytes(whole[ATTRIBUTES_AT:])))
    return bytes(whole)


def as_zstandard(batch: bytes) -> bytes:
    """The same records in one raw block of a Zstandard frame."""
    records = batch[RECORDS_AT:]
    size = len(records)
    frame = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", size)
    frame += struct.pack("<I", size << 3 | 1)[:3] + records
    head = bytearray(batch[:RECORDS_AT])
    struct.pack_into(">h", head, ATTRIBUTES_AT, 4)
    return sealed(bytes(head) + frame)


@pytest.mark.promise(10)
@pytest.mark.parametrize("after", [0, 1, 12], ids="{} good ones before it".format)
async def test_a_header_whose_name_is_not_utf_8_is_buried_and_stops_nobody(
    reading: Reading, after: int
) -> None:
    entries = reading.ledgers.record("01", 12)
    async with producing(reading.bootstrap) as producer:
        batch = producer.create_batch()
        for value in entries[:after]:
            batch.append(timestamp=None, key=b"01", value=value)
        batch.append(timestamp=None, key=b"01", value=b"poison", headers=[("name", b"\xff")])
        for value in entries[after:]:
            batch.append(timestamp=None, key=b"01", value=value)
        batch._buffer = sealed(bytes(batch._build()).replace(b"\x08name", b"\x08na\xffe"))
        await (await producer.send_batch(batch, reading.topic, partition=0))
    await reading.start()
    await reading.reached(land_01=12)
    [letter] = await eventually(reading.letters, within=5, because="it is kept")
    assert letter["value"] == b"poison"
    assert letter["headers"] == [[r"na\\xffe", "ff"]]


@pytest.mark.promise(10)
async def test_a_batch_that_is_compressed_by_a_codec_that_we_lack_stops_nobody(
    reading: Reading,
) -> None:
    first, *rest = reading.ledgers.record("01", 3)
    await reading.put("01", [first])
    async with producing(reading.bootstrap) as producer:
        batch = producer.create_batch()
        batch.append(timestamp=None, key=b"01", value=b"poison")
        batch._buffer = as_zstandard(bytes(batch._build()))
        await (await producer.send_batch(batch, reading.topic, partition=0))
    await reading.put("01", rest)
    await reading.start()
    await reading.reached(land_01=3)
    [letter] = await eventually(reading.letters, within=5, because="it is kept")
    assert letter["value"] == b"poison"
