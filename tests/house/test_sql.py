"""SQL lives where things are remembered, and nowhere else."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.conftest import Plant
from tests.house.tree import Fault, Source, Tree, obeys

STORES = re.compile(
    r"services/\w+/(store|migrations)/|shared/(store|migrations|tables|postgres)\b"
    r"|audit/(store|tables)/|hafenlotse/store/|embedded/|deploy/|benchmarks/|tests/"
)
STATEMENT = re.compile(
    r"""^\s*(
        select\s+.+?\s+from\s | insert\s+into\s | update\s+[\w.]+\s+(as\s+\w+\s+)?set\s
      | delete\s+from\s | with\s+(recursive\s+)?\w+\s+as\s+(not\s+)?(materialized\s+)?\(
      | (create|alter|drop)\s+(or\s+replace\s+)?(unique\s+)?
        (table|schema|role|database|index|view|function|trigger|sequence|type)\s
      | truncate\s+\w | grant\s+.+?\s+to\s | revoke\s+.+?\s+from\s | listen\s+\w+\s*;?$
      | notify\s+\w+\s*([,;]|$) | set\s+(local|session)\s+\w | lock\s+table\s
      | copy\s+\w+\s+(from|to)\s | (begin|commit|rollback)\s*;?$ | select\s+(\w+\(|1\b)
    )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def sql_outside_stores(tree: Tree) -> Iterator[Fault]:
    for source in tree.python():
        if not STORES.match(source.path):
            yield from (source.fault(line, "is SQL") for line in statements(source))
    for source in tree.under("", ending=".sql"):
        if not STORES.match(source.path):
            yield Fault(source.path, "is SQL")


def statements(source: Source) -> Iterator[int]:
    """Lines of the texts in a Python file that start like an SQL statement; no docstrings."""
    prose = {node.value for node in source.nodes if isinstance(node, ast.Expr)}
    for node in source.nodes:
        match node:
            case ast.Constant(value=str(text)) if node not in prose and STATEMENT.match(text):
                yield node.lineno


def test_only_stores_speak_sql(house: Tree) -> None:
    obeys(
        sql_outside_stores(house),
        "SQL is only in services/*/store, migrations, and shared's store and postgres",
        "write a store function that takes the transaction and returns domain values",
    )


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT a FROM b",
        "\n    select a\n    from b\n",
        "INSERT INTO a VALUES ($1)",
        "UPDATE positions\n SET sequence = $3",
        "UPDATE quota.positions AS p SET sequence = $3",
        "DELETE FROM a",
        "WITH moved AS (SELECT 1) SELECT 2",
        "CREATE UNIQUE INDEX i ON a (b)",
        "LISTEN entries",
        "SET LOCAL lock_timeout = 1",
        "SELECT pg_notify($1, $2)",
        "SELECT 1",
        "ROLLBACK",
    ],
)
def test_a_statement_in_a_handler_is_found(plant: Plant, statement: str) -> None:
    tree = plant({"services/quota/handlers/placements.py": f"TEXT = {statement!r}\n"})
    assert [fault.place for fault in sql_outside_stores(tree)] == [
        "services/quota/handlers/placements.py:1"
    ]


def test_a_statement_in_an_f_string_is_found(plant: Plant) -> None:
    tree = plant({"shared/feeds.py": 'x = 1\ny = f"DELETE FROM {x}"\n'})
    assert [fault.place for fault in sql_outside_stores(tree)] == ["shared/feeds.py:2"]


def test_a_statement_in_a_store_is_fine(plant: Plant) -> None:
    sql = 'X = "SELECT a FROM b"\n'
    paths = ["services/quota/store/positions.py", "shared/postgres.py", "tests/unit/test_a.py"]
    assert not list(sql_outside_stores(plant(dict.fromkeys(paths, sql))))


@pytest.mark.parametrize(
    "text", ["Select a city", "update everything", "set the table", "begin now"]
)
def test_words_of_everyday_are_no_sql(plant: Plant, text: str) -> None:
    assert not list(sql_outside_stores(plant({"services/quota/pages/a.py": f"T = {text!r}\n"})))


def test_a_file_of_sql_outside_stores_is_found(plant: Plant) -> None:
    tree = plant({"services/quota/api/board.sql": "", "services/quota/migrations/0001_a.sql": ""})
    assert [fault.place for fault in sql_outside_stores(tree)] == ["services/quota/api/board.sql"]
