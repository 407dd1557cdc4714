"""The only place that asks the machine for the time."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")


def now() -> datetime:
    """The present instant, aware, UTC."""
    return datetime.now(UTC)


def today_in_berlin() -> date:
    """The calendar day that cities live in."""
    return datetime.now(BERLIN).date()
