"""Who is told: over which channel, about which quotas and standings, in which language."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.notifications.domain.alert import Crossing
from shared.codes import Land, QuotaCode, Standing


class ChannelCode(StrEnum):
    """The ways out of the house."""

    LOG = "log"
    EMAIL = "email"
    WEBHOOK = "webhook"


class Language(StrEnum):
    """The languages that texts are written in."""

    GERMAN = "de"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a recipient is to be: a person's choice. No quotas or standings named means all."""

    name: str
    channel: ChannelCode
    address: str | None
    quotas: tuple[QuotaCode, ...] | None
    standings: tuple[Standing, ...] | None
    language: Language

    def covers(self, crossing: Crossing) -> bool:
        """Whether crossings of this quota to this standing are wanted."""
        is_wanted_quota = not self.quotas or crossing.quota in self.quotas
        return is_wanted_quota and (not self.standings or crossing.after in self.standings)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A wish that is kept; `lands` are those of the token that made it.

    `secret` signs webhooks; it is sealed, and opened only to sign.
    `version` grows with every change.
    """

    id: UUID
    wish: Wish
    lands: tuple[Land, ...]
    secret: str | None
    version: int

    def wants(self, crossing: Crossing) -> bool:
        """Whether this recipient is told of a crossing."""
        return crossing.land in self.lands and self.wish.covers(crossing)
