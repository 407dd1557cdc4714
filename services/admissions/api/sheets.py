"""Reads a clerk's file, CSV, ODS or XLSX, into rows of the fields that it names."""

import asyncio
import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from services.admissions.api.unpacking import MALFORMED
from shared.http.faults import pointer
from shared.http.problems import Fault, Problem

CSV = "text/csv"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROOT = Path(__file__).parents[3]
MOST_SECONDS = 20.0
UNPACKING = asyncio.Semaphore(2)
"""How many workbooks are unpacked at once: each may take memory and time for a while."""

MOST_ROWS = 5000
FIELDS = {
    "unit": ("kommune", "ags", "gemeindeschlüssel", "einheit", "stadt", "kreis", "gemeinde"),
    "programme": ("aufnahmeprogramm", "programm"),
    "persons": ("personen", "anzahl", "personenzahl", "anzahl personen", "zahl der personen"),
    "effective_on": ("datum", "aufnahmedatum", "wirksam am", "wirksam ab", "stichtag", "tag"),
    "reference": ("aktenzeichen", "az", "referenz", "zeichen"),
}
NAMES = {name: field for field, words in FIELDS.items() for name in (field, *words)}
GERMAN_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
Row = tuple[int, dict[str, Any]]
"""A row's number as the file counts, the header being 1, and its filled cells by field."""


async def read_rows(body: bytes, media: str) -> list[Row]:
    """All rows of a file's first sheet; faults of the header and of the file as problems."""
    lines = _csv_lines(body) if media == CSV else await _sheet_lines(body)
    header, *rest = lines or [[]]
    fields = _fields_of(header)
    rows = list(_rows(fields, rest))
    if not 1 <= len(rows) <= MOST_ROWS:
        facts = {"least": 1, "most": MOST_ROWS}
        raise Problem.invalid(Fault("out-of-range", "/rows", facts=facts))
    return rows


def _csv_lines(body: bytes) -> list[list[Any]]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Problem("not-utf8") from fault
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as fault:
        raise Problem.invalid(Fault("malformed", "/rows")) from fault


async def _sheet_lines(body: bytes) -> list[list[Any]]:
    """The first sheet of a workbook; `too-large` where it unpacks to more than it may."""
    async with UNPACKING:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.admissions.api.unpacking"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={},
        )
        try:
            async with asyncio.timeout(MOST_SECONDS):
                said, _ = await process.communicate(body)
        except TimeoutError as late:
            raise Problem("too-large") from late
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode == MALFORMED:
        raise Problem.invalid(Fault("malformed", "/rows"))
    if process.returncode != 0:
        raise Problem("too-large")
    lines: list[list[Any]] = json.loads(said)
    return lines


def _fields_of(header: Sequence[Any]) -> list[str]:
    """The field of every column, by its English or German name."""
    named = [str(cell).strip() for cell in header]
    while named and not named[-1]:
        named.pop()
    fields = [NAMES.get(name.lower(), "") for name in named]
    faults = [
        Fault("unknown-field", pointer(["rows", 1, name]))
        for name, field in zip(named, fields, strict=True)
        if not field
    ]
    faults += [
        Fault("missing", pointer(["rows", 1, field]))
        for field in FIELDS
        if field not in fields and field != "reference"
    ]
    twice = {field for field in fields if field and fields.count(field) > 1}
    if twice and not faults:
        raise Problem("duplicate-key", name=min(twice))
    if faults:
        raise Problem.invalid(*faults)
    return fields


def _rows(fields: Sequence[str], lines: Iterable[Sequence[Any]]) -> Iterator[Row]:
    """Rows with anything in them; a cell beyond the header has no field."""
    for number, line in enumerate(lines, 2):
        cells = [_value(cell) for cell in line]
        beyond = any(cell is not None for cell in cells[len(fields) :])
        filled = {
            field: _typed(field, cell)
            for field, cell in zip(fields, cells, strict=False)
            if cell is not None
        }
        if filled or beyond:
            yield number, filled | ({"": None} if beyond else {})


def _value(cell: Any) -> Any:
    """A cell without what only the eye sees; None where it is empty."""
    if isinstance(cell, str):
        return cell.strip() or None
    return cell


def _typed(field: str, cell: Any) -> Any:
    """A cell as the field's JSON would have it; what can't be read is left to be refused."""
    if field == "effective_on":
        return _day_text(cell)
    if field == "persons" and isinstance(cell, str):
        return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 10 else cell
    if isinstance(cell, float) and cell.is_integer():
        return int(cell) if field == "persons" else str(int(cell))
    return cell


def _day_text(cell: Any) -> Any:
    """A day as YYYY-MM-DD, as date cells are read, or from German writing."""
    if isinstance(cell, str) and (written := GERMAN_DAY.fullmatch(cell)):
        day, month, year = written.groups()
        return f"{year}-{month:0>2}-{day:0>2}"
    return cell
