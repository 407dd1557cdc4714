"""Unpacks a workbook in a process of its own, which may use little: a small file can burst.

A cell in the last row and column makes a sheet of 17 thousand million cells out of 1.5 kB.
"""

import io
import json
import resource
import sys
import zipfile
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

MOST_MEMORY = 512 * 1024 * 1024
MOST_BYTES_UNPACKED = 32 * 1024 * 1024
MOST_SECONDS = 10
MOST_LINES, MOST_COLUMNS = 5002, 64
MALFORMED, TOO_LARGE = 3, 4
"""How the process ends where it can't answer; killed by its limits, it ends by a signal."""


def limit_oneself() -> None:
    """From here on neither memory nor time beyond the limits, and no dump of the memory."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def unpack(body: bytes) -> list[list[Any]]:
    """The lines of the first sheet as JSON can say them; days are written YYYY-MM-DD."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(body))
    lines = workbook.get_sheet_by_index(0).iter_rows()
    first = (line for line, _ in zip(lines, range(MOST_LINES), strict=False))
    return [[_said(cell) for cell in _trimmed(line)] for line in first]


def _trimmed(line: list[Any]) -> list[Any]:
    """Without the empty cells behind; of very many the first, and the last as a sign of more."""
    while line and line[-1] in {"", None}:
        line.pop()
    return line if len(line) <= MOST_COLUMNS else [*line[:MOST_COLUMNS], line[-1]]


def _said(cell: Any) -> Any:
    if hasattr(cell, "date"):
        cell = cell.date()
    return cell if isinstance(cell, str | int | float | None) else str(cell)


def size_unpacked(body: bytes) -> int:
    """What the parts say that they are, in bytes; the reader takes no more of them."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return sum(part.file_size for part in archive.infolist())


def main() -> int:
    """A workbook comes in, its lines go out."""
    limit_oneself()
    body = sys.stdin.buffer.read()
    try:
        if size_unpacked(body) > MOST_BYTES_UNPACKED:
            return TOO_LARGE
        sys.stdout.write(json.dumps(unpack(body)))
    except (zipfile.BadZipFile, CalamineError, IndexError, ValueError):
        return MALFORMED
    except MemoryError:
        return TOO_LARGE
    return 0


if __name__ == "__main__":
    sys.exit(main())
