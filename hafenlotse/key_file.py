"""Reads a distribution key from a clerk's CSV file, each value with the row where it stands."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

HEAD = {
    "quota": ("quote", "verteilungsquote"),
    "kind": ("art",),
    "valid_from": ("gültig ab", "gültig_ab"),
    "published_on": ("veröffentlicht am", "veröffentlicht_am"),
    "source": ("quelle",),
    "accept_sum": ("summe angenommen, weil",),
}
COLUMNS = {"unit": ("kommune", "ags", "gemeindeschlüssel"), "weight": ("gewicht", "anteil")}
KINDS = {"bevölkerung": "population", "prozent": "percent"}
GERMAN_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
GERMAN_DECIMAL = re.compile(r"[0-9]+,[0-9]+")
THOUSANDS = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+")
Lines = list[tuple[int, list[str]]]
"""Rows that are neither empty nor remarks (#), by their number as the file counts."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong, and in which row; None where no row is to blame."""

    row: int | None
    code: str
    detail: str


@dataclass
class KeyFile:
    """Head values and weights as text, and the row of each by the name of its value or unit."""

    head: dict[str, str] = field(default_factory=dict)
    weights: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    faults: list[RowFault] = field(default_factory=list)


def read_key_file(content: bytes) -> KeyFile:
    """Rows `name;value` first, if any, then the columns `unit;weight`; comma or semicolon."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _refused("not-utf8", "The file is not in UTF-8.")
    for delimiter in ";,":
        lines = list(_lines(text, delimiter))
        header = next((at for at, (_, cells) in enumerate(lines) if _columns(cells)), None)
        if header is not None:
            return _read(lines, header, delimiter)
    return _refused("missing", "No row names the columns 'unit' and 'weight'.")


def _refused(code: str, detail: str) -> KeyFile:
    return KeyFile(faults=[RowFault(None, code, detail)])


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for cells in reader:
        stripped = [cell.strip() for cell in cells]
        if any(stripped) and not stripped[0].startswith("#"):
            yield reader.line_num, stripped


def _columns(cells: list[str]) -> list[str] | None:
    """The names of the columns, if this row names both."""
    names = [_name(cell, COLUMNS) for cell in cells if cell]
    return [name for name in names if name] if set(names) == set(COLUMNS) else None


def _name(cell: str, known: Mapping[str, tuple[str, ...]]) -> str | None:
    written = cell.lower()
    return next((name for name, words in known.items() if written in (name, *words)), None)


def _read(lines: Lines, header: int, delimiter: str) -> KeyFile:
    found = KeyFile()
    columns = _columns(lines[header][1]) or []
    for row, cells in lines[:header]:
        _read_head(found, row, cells)
    unit_at, weight_at = columns.index("unit"), columns.index("weight")
    for row, cells in lines[header + 1 :]:
        filled = cells + [""] * (2 - len(cells))
        if any(filled[2:]):
            found.faults.append(RowFault(row, "malformed", "There are more than two values."))
        _read_weight(found, row, filled[unit_at], _decimal(filled[weight_at], delimiter))
    return found


def _read_head(found: KeyFile, row: int, cells: list[str]) -> None:
    name = _name(cells[0], HEAD)
    value = cells[1] if len(cells) > 1 else ""
    if name is None:
        found.faults.append(RowFault(row, "unknown-field", f"'{cells[0]}' is nothing of a key."))
    elif name in found.head:
        found.faults.append(RowFault(row, "duplicate-key", f"'{cells[0]}' was given before."))
    elif value:
        found.head[name] = _head_value(name, value)
        found.rows[name] = row


def _head_value(name: str, value: str) -> str:
    """As the interface writes it: days ISO, the kind in English."""
    if name == "kind":
        return KINDS.get(value.lower(), value)
    if name.endswith(("_from", "_on")):
        return iso_day(value)
    return value


def iso_day(written: str) -> str:
    """A day as YYYY-MM-DD where it was written in German; else as it is."""
    if german := GERMAN_DAY.fullmatch(written):
        day, month, year = german.groups()
        return f"{year}-{month:0>2}-{day:0>2}"
    return written


def _decimal(written: str, delimiter: str) -> str:
    """With semicolons between the values a comma is a decimal one."""
    is_german = delimiter == ";" and GERMAN_DECIMAL.fullmatch(written)
    return written.replace(",", ".") if is_german else written


def _read_weight(found: KeyFile, row: int, unit: str, weight: str) -> None:
    if unit in found.weights:
        detail = f"{unit} was given before, in row {found.rows[unit]}."
        found.faults.append(RowFault(row, "duplicate-key", detail))
        return
    if not unit:
        found.faults.append(RowFault(row, "missing", "There is no unit."))
        return
    found.weights[unit], found.rows[unit] = weight, row


def thousands(found: KeyFile) -> list[RowFault]:
    """Population figures that may be meant with points between thousands: not guessed."""
    return [
        RowFault(found.rows[unit], "malformed", f"{weight}: write thousands without points.")
        for unit, weight in found.weights.items()
        if THOUSANDS.fullmatch(weight)
    ]
