"""Rows are written column by column: any number of them costs one question to PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from shared.postgres import Connection

Columns = Mapping[str, str]
"""Names and types, in the order in which rows are given."""


class Table(NamedTuple):
    """A table's columns, and what is done with a row that is there already."""

    name: str
    columns: Columns
    conflict: str = ""

    def insert(self, first: int = 1, condition: str = "true") -> str:
        """The statement that takes one array for each column, numbered from `first`."""
        return (
            f"INSERT INTO {self.name} ({', '.join(self.columns)})"  # noqa: S608  # names of ours
            f" SELECT {', '.join(f'{name}::{kind}' for name, kind in self.columns.items())}"
            f" FROM {new_rows(self.columns, first)} WHERE {condition} {self.conflict}"
        )


def new_rows(columns: Columns, first: int = 1) -> str:
    """What a statement calls `new`: rows out of one array for each column."""
    arrays = (f"${at}::{kind}[]" for at, kind in enumerate(columns.values(), first))
    return f"unnest({', '.join(arrays)}) AS new ({', '.join(columns)})"


def arrays_of(columns: Columns, rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """One array for each column."""
    return list(map(list, zip(*rows, strict=True))) or [[] for _ in columns]


async def insert(tx: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Write rows of one table, none for none."""
    if rows:
        await tx.execute(table.insert(), *arrays_of(table.columns, rows))


def insert_where(fence: str, columns: Columns, tables: Iterable[Table], forget: str) -> str:
    """Rows of several tables in one statement: those of each Land that `fence` moves.

    `fence` is an UPDATE whose new rows have these columns; the arrays of the tables follow theirs.
    `forget` is a DELETE of what was there before; both know the new rows of what is `moved`.
    """
    parts, first = [f"moved AS ({fence} RETURNING new.*)"], len(columns) + 1
    for table in tables:
        statement = table.insert(first, "new.land IN (SELECT land FROM moved)")
        parts.append(f"to_{table.name} AS ({statement})")
        first += len(table.columns)
    parts.append(f"forgotten AS ({forget})")
    return f"WITH {', '.join(parts)} SELECT land FROM moved"  # noqa: S608  # names of ours
