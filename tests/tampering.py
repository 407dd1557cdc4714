"""Random edits, deletions and swaps of rows, as a superuser could make them unseen."""

import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

KINDS = ("edit", "delete", "swap", "cut")
CHECKS = """
    SELECT conname FROM pg_constraint WHERE conrelid = $1::text::regclass AND contype = 'c'
"""


@dataclass(frozen=True)
class Chained:
    """A table whose rows are chained, its number, and an expression that alters each column."""

    table: str
    number: str
    edits: Mapping[str, str]

    async def tampered(self, tx: Any, seed: int, times: int) -> AsyncIterator[str]:
        """One alteration at a time, as it is called; it is taken back afterwards."""
        chance = random.Random(seed)
        await tx.execute("SET session_replication_role = replica")
        for row in await tx.fetch(CHECKS, self.table):
            await tx.execute(f"ALTER TABLE {self.table} DROP CONSTRAINT {row[0]}")
        numbers = [row[0] for row in await tx.fetch(self._told("SELECT {number} FROM {table}"))]
        for _ in range(times):
            kind, (one, other) = chance.choice(KINDS), chance.sample(sorted(numbers), 2)
            column, altered = chance.choice(sorted(self.edits.items()))
            trial = tx.transaction()
            await trial.start()
            for statement in self._statements(kind, one, other, f"{column} = {altered}"):
                assert not (await tx.execute(statement)).endswith(" 0"), statement
            yield f"{kind} {one} {other} {column}"
            await trial.rollback()

    def _statements(self, kind: str, one: int, other: int, edit: str) -> list[str]:
        if kind == "swap":  # through a number that no row has, for it is the key
            ways = ((one, 0), (other, one), (0, other))
            move = "UPDATE {table} SET {number} = {new} WHERE {number} = {old}"
            return [self._told(move, old=old, new=new) for old, new in ways]
        statement = {
            "edit": "UPDATE {table} SET {edit} WHERE {number} = {one}",
            "delete": "DELETE FROM {table} WHERE {number} = {one}",
            "cut": "DELETE FROM {table} WHERE {number} >= {one}",
        }
        return [self._told(statement[kind], one=one, edit=edit)]

    def _told(self, statement: str, **parts: object) -> str:
        return statement.format(table=self.table, number=self.number, **parts)
