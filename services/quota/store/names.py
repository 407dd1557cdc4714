"""What units and programmes are called, from the data files."""

import csv
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"


def load_unit_names() -> dict[str, str]:
    """The name of every unit by its code."""
    return _load("units.csv")


def load_programme_names() -> dict[str, str]:
    """The name of every programme by its code."""
    return _load("programmes.csv")


def _load(file_name: str) -> dict[str, str]:
    with (DATA / file_name).open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}
