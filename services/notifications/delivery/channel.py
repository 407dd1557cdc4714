"""What every way out of the house promises."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.notifications.domain.alert import Alert
from services.notifications.domain.delivery import Delivery, Outcome
from services.notifications.domain.recipient import ChannelCode, Recipient


@dataclass(frozen=True, slots=True)
class Notice:
    """What a delivery is to say: its alerts, and by alert the earlier one that it resolved."""

    delivery: Delivery
    recipient: Recipient
    alerts: tuple[Alert, ...]
    resolved: Mapping[UUID, Alert]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One try: the same content under the same id each time, to the recipient as it is now."""

    delivery: UUID
    content: bytes
    recipient: Recipient
    tries: int
    at: datetime


class Channel(Protocol):
    """A way out: writes what is to be said, once, and sends it as often as it takes."""

    code: ChannelCode
    slots: int
    """How many may be on their way at once."""
    per_recipient: int
    """How many of them to one recipient, since a slow one must not take every place."""

    def write(self, notice: Notice) -> bytes:
        """The content of a delivery; kept, so that later tries send the same."""

    async def send(self, parcel: Parcel) -> Outcome:
        """Try once, within 25 s; the outcome says whether a failure may be tried again."""
