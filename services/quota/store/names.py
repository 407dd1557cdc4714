"""What units are called: read once from the data file."""

import csv
from pathlib import Path

UNITS = Path(__file__).resolve().parent.parent / "data" / "units.csv"


def load_unit_names() -> dict[str, str]:
    """The name of every unit by its code."""
    with UNITS.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}
