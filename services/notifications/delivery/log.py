"""Alerts as lines of the service's log."""

import logging

from services.notifications.delivery.channel import Notice, Parcel
from services.notifications.delivery.letters import Letters
from services.notifications.domain.delivery import ACCEPTED, Outcome
from services.notifications.domain.recipient import ChannelCode

log = logging.getLogger(__name__)


class LogChannel:
    """Writes one line per alert; that can't fail, so nothing is tried again."""

    code = ChannelCode.LOG
    slots, per_recipient = 100, 25

    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    def write(self, notice: Notice) -> bytes:
        return self._letters.line(notice).encode()

    async def send(self, parcel: Parcel) -> Outcome:
        for line in parcel.content.decode().splitlines():
            log.info("alert %s", line)
        return ACCEPTED
