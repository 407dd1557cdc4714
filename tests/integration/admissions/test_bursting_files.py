"""Files that are small and would burst cost little, and stop nobody."""

import asyncio
import io
import struct
import time
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.sheets import ODS_TYPE, ods_file, xlsx_file
from tests.integration.admissions.service import PLACEMENTS, ROOT, Admissions

pytestmark = pytest.mark.asyncio

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CELLS: list[list[str | int]] = [
    ["unit", "programme", "persons", "effective_on"],
    ["01001", "asylum", 1, "2023-05-01"],
]
PLAIN = xlsx_file(CELLS)
MIB = 1024 * 1024


def changed(file: bytes, old: bytes, new: bytes) -> bytes:
    """The same archive with something else in it."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(file)) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target,
    ):
        for part in source.infolist():
            target.writestr(part.filename, source.read(part).replace(old, new))
    return packed.getvalue()


def lying(file: bytes) -> bytes:
    """The archive says of its large parts that they are small."""
    said = bytearray(file)
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = said.find(mark)
        while at >= 0:
            if struct.unpack_from("<I", said, at + place)[0] > MIB:
                struct.pack_into("<I", said, at + place, 1000)
            at = said.find(mark, at + 4)
    return bytes(said)


FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
WIDE = b'<table:table-row table:number-rows-repeated="1000000"><table:table-cell'
AT_ONCE = b' table:number-columns-repeated="16000" office:value-type="float" office:value="1"/>'
PADDED = changed(PLAIN, b"<sheetData>", b"<sheetData>" + b" " * 40 * MIB)
BURSTING = {
    "a cell far away": (changed(PLAIN, b"</sheetData>", FAR), XLSX_TYPE),
    "cells that are repeated": (
        changed(
            ods_file(CELLS), b"</table:table>", WIDE + AT_ONCE + b"</table:table-row></table:table>"
        ),
        ODS_TYPE,
    ),
    "much of nothing": (PADDED, XLSX_TYPE),
    "much of nothing that says it is little": (lying(PADDED), XLSX_TYPE),
    "an archive of itself cut off": (PLAIN[:-40], XLSX_TYPE),
}


def naming(entity: str, media: str) -> bytes:
    """A file whose unit stands in an entity: in another file, or within."""
    file = ods_file(CELLS) if media == ODS_TYPE else PLAIN
    declared = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e {entity}>]>'.encode()
    return changed(changed(file, b'<?xml version="1.0"?>', declared), b">01001<", b">&e;<")


async def send(admissions: Admissions, body: bytes, media: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {admissions.flensburg.token}", "Content-Type": media}
    path = f"{ROOT}/imports?preview=true"
    return await admissions.client.post(path, content=body, headers=headers, timeout=40)


@pytest.mark.parametrize("name", BURSTING)
async def test_a_file_that_would_burst_is_refused_and_holds_up_nobody(
    admissions: Admissions, name: str
) -> None:
    body, media = BURSTING[name]
    assert len(body) < MIB
    sent, longest = asyncio.create_task(send(admissions, body, media)), 0.0
    while not sent.done():
        began = time.monotonic()
        assert (await admissions.flensburg.get(PLACEMENTS)).status_code == 200
        longest = max(longest, time.monotonic() - began)
    answer = await sent
    assert answer.status_code in {413, 422}, answer.text
    assert longest < 2
    assert (await send(admissions, PLAIN, XLSX_TYPE)).status_code == 200


@pytest.mark.parametrize("media", [XLSX_TYPE, ODS_TYPE])
async def test_entities_of_a_file_lead_nowhere(
    admissions: Admissions, media: str, tmp_path: Path
) -> None:
    secret = tmp_path / "unit"
    secret.write_text("01001", encoding="utf-8")
    for entity in (f'SYSTEM "{secret.as_uri()}"', f'SYSTEM "{secret}"', '"01001"'):
        answer = await send(admissions, naming(entity, media), media)
        assert answer.status_code == 422, answer.text
        assert "01001" not in answer.text
