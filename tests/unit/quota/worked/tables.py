"""The tables of docs/rules: each row as its cells by column."""

from pathlib import Path

ABOVE = (folder / "docs" / "rules" for folder in Path(__file__).parents)
RULES = next(folder for folder in ABOVE if folder.is_dir())

Row = dict[str, str]


def rows(page: str, *columns: str) -> list[Row]:
    """The rows of the page's one table that has exactly these columns; fails where it is not."""
    tables = [table for table in _tables(page) if list(table[0]) == list(columns)]
    (table,) = tables
    return table


def _tables(page: str) -> list[list[Row]]:
    text = (RULES / page).read_text(encoding="utf-8")
    blocks = [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]
    return [_rows([_cells(line) for line in block]) for block in blocks]


def _rows(cells: list[list[str]]) -> list[Row]:
    header, _, *body = cells
    return [dict(zip(header, line, strict=True)) for line in body]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
