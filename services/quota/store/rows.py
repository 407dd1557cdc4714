"""Rows are written column by column: any number of them costs one question to PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from shared.postgres import Connection


class Table(NamedTuple):
    """A table's columns and their types, in the order in which rows are given."""

    name: str
    columns: Mapping[str, str]
    conflict: str = ""

    def insert(self, first: int = 1, condition: str = "true") -> str:
        """The statement that takes one array for each column, numbered from `first`."""
        arrays = (f"${at}::{kind}[]" for at, kind in enumerate(self.columns.values(), first))
        return (
            f"INSERT INTO {self.name} ({', '.join(self.columns)})"  # noqa: S608  # names of ours
            f" SELECT * FROM unnest({', '.join(arrays)}) WHERE {condition} {self.conflict}"
        )

    def arrays(self, rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
        """One array for each column."""
        return list(map(list, zip(*rows, strict=True))) or [[] for _ in self.columns]


async def insert(tx: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Write rows of one table, none for none."""
    if rows:
        await tx.execute(table.insert(), *table.arrays(rows))


def insert_all_if(fence: str, parameters: int, tables: Iterable[Table]) -> str:
    """Rows of several tables in one statement: all of them where `fence` moves a row, else none.

    `fence` is an UPDATE with so many parameters; the arrays of the tables follow them.
    """
    parts, first = [f"moved AS ({fence} RETURNING 1)"], parameters + 1
    for table in tables:
        statement = table.insert(first, "EXISTS (SELECT FROM moved)")
        parts.append(f"to_{table.name} AS ({statement})")
        first += len(table.columns)
    return f"WITH {', '.join(parts)} SELECT FROM moved"
