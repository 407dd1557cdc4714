"""API keys: what a city's system without an issuer comes in with, for one unit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.codes import Refusal, instant_text

LONGEST = timedelta(days=731)
USUAL = timedelta(days=365)


class Scope(StrEnum):
    """What a key may be used for."""

    READ_ADMISSIONS = "admissions:read"
    WRITE_ADMISSIONS = "admissions:write"
    READ_QUOTA = "quota:read"


class KeyState(StrEnum):
    """Whether a key still opens anything."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


class ExpiryOutOfRange(Refusal):
    """A key ends in the future, and within two years."""

    code = "out-of-range"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without the key: for whom, what for, until when."""

    id: str
    unit: str
    label: str | None
    scopes: tuple[Scope, ...]
    made_by: str
    made_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def state(self, moment: datetime) -> KeyState:
        """Whether it opens anything at this moment."""
        if self.revoked_at is not None:
            return KeyState.REVOKED
        return KeyState.ACTIVE if moment < self.expires_at else KeyState.EXPIRED


def check_expiry(expires_at: datetime, moment: datetime) -> datetime:
    """The end of a key if it is after this moment and not too far away."""
    if not moment < expires_at <= moment + LONGEST:
        raise ExpiryOutOfRange(least=instant_text(moment), most=instant_text(moment + LONGEST))
    return expires_at
