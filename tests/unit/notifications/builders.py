"""Valid things by default; a test names only what it is about."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.notifications.domain.alert import Alert, Amount, Crossing, decide_alert
from services.notifications.domain.recipient import ChannelCode, Language, Recipient, Wish
from shared.codes import Ags, Cause, Land, QuotaCode, Standing

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 2, 10, 30, tzinfo=UTC)


def a_crossing(**changes: Any) -> Crossing:
    crossing: dict[str, Any] = {
        "land": Land("01"),
        "sequence": 42,
        "quota": QuotaCode("sh-regular"),
        "unit": Ags("01003"),
        "before": Standing.ON_QUOTA,
        "after": Standing.OVER,
        "credited": Amount("9", "9.000"),
        "target": Amount("553/70", "7.900"),
        "balance": Amount("77/70", "1.100"),
        "cause": Cause.OWN_PLACEMENT,
        "ledger_sequence": 17,
        "definition": 6,
    }
    return Crossing(**crossing | changes)


def an_alert(**changes: Any) -> Alert:
    """An alert as it is raised by a crossing."""
    return decide_alert(a_crossing(**changes), None, AT)[0]


def a_wish(**changes: Any) -> Wish:
    wish: dict[str, Any] = {
        "name": "Flensburg",
        "channel": ChannelCode.WEBHOOK,
        "address": "https://flensburg.example/hook",
        "quotas": None,
        "standings": None,
        "language": Language.GERMAN,
    }
    return Wish(**wish | changes)


def a_recipient(number: int = 1, lands: tuple[str, ...] = ("01",), **changes: Any) -> Recipient:
    reached = tuple(Land(land) for land in lands)
    return Recipient(UUID(int=number), a_wish(**changes), reached, None, 1)
