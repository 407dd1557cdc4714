"""Reference data, kept as files with their sources beside the code."""

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from services.admissions.domain.reference import Item, Reference

DATA = Path(__file__).parent.parent / "data"


@cache
def load_reference() -> Reference:
    """Units, programmes and reasons, in the order of their files."""
    return Reference(_read("units.csv"), _read("programmes.csv"), _read("reasons.csv"))


def _read(name: str) -> Mapping[str, Item]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return {row["code"]: _item(row) for row in csv.DictReader(file)}


def _item(row: Mapping[str, str]) -> Item:
    return Item(
        code=row["code"],
        name=row["name"],
        kind=row["kind"],
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        source=row["source"],
    )


def _day(written: str) -> date | None:
    return date.fromisoformat(written) if written else None
