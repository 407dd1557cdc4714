"""Known weaknesses that were looked at and don't concern us, each with a reason and an end."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

REVIEWED = Path(__file__).with_name("exceptions.csv")
LONGEST = timedelta(days=180)
"""After half a year somebody looks again."""


class ExceptionsFault(Exception):
    """What is wrong with the file, all of it."""


@dataclass(frozen=True)
class Exempted:
    """One advisory that is passed over until a day, that day included."""

    advisory: str
    package: str
    reviewed_on: date
    until: date
    reason: str


def read_exceptions(today: date, file: Path = REVIEWED) -> list[Exempted]:
    """The exceptions that hold today, or an ExceptionsFault that names every fault by its line."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, strict=True))
    faults = [
        f"line {number}: {fault}" for number, row in enumerate(rows, 2) if (fault := _fault(row))
    ]
    if faults:
        raise ExceptionsFault("; ".join(faults))
    return [exempted for row in rows if (exempted := _exempted(row)).until >= today]


def _fault(row: dict[str, str]) -> str | None:
    if None in row or None in row.values() or not all(map(str.strip, row.values())):
        return "every column is needed, the reason too"
    try:
        exempted = _exempted(row)
    except ValueError as error:
        return str(error)
    length = exempted.until - exempted.reviewed_on
    if not timedelta(0) <= length <= LONGEST:
        return f"ends {length.days} days after its review, and 0 to {LONGEST.days} are allowed"
    return None


def _exempted(row: dict[str, str]) -> Exempted:
    return Exempted(
        advisory=row["advisory"],
        package=row["package"],
        reviewed_on=date.fromisoformat(row["reviewed_on"]),
        until=date.fromisoformat(row["until"]),
        reason=row["reason"],
    )
