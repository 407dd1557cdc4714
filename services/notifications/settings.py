"""What an operator may set for notifications."""

import re
from datetime import time, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from access.seal import Seal
from access.secrets import check_secrets, secrets_in
from access.transport import SecretFile
from services.notifications.domain.mailbox import read_mailbox
from services.notifications.domain.schedule import QuietHours, Schedule
from services.notifications.domain.target import read_target
from shared.clock import BERLIN
from shared.codes import Refusal
from shared.settings import ServiceSettings

QUIET = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]")
MOST_MINUTES = 30 * 24 * 60


def check_mailbox(written: str) -> str:
    """An e-mail address."""
    try:
        read_mailbox(written)
    except Refusal as refusal:
        raise ValueError("this is no e-mail address") from refusal
    return written


def check_origin(written: str | None) -> str | None:
    """Scheme, host and port of an http address, no more; empty is none."""
    if not written:
        return None
    try:
        target = read_target(written)
    except Refusal as refusal:
        raise ValueError("this is no http address") from refusal
    if target.path != "/":
        raise ValueError("name scheme, host and port only")
    return written


def check_quiet_hours(written: str | None) -> str | None:
    """Two times of day, such as 22:00-06:00; empty is none."""
    if not written:
        return None
    begin, end = _times(written)
    if begin == end:
        raise ValueError("the quiet hours end when they begin")
    return written


def _times(written: str) -> tuple[time, time]:
    if not QUIET.fullmatch(written):
        raise ValueError("write quiet hours as 22:00-06:00")
    begin, _, end = written.partition("-")
    return time.fromisoformat(begin), time.fromisoformat(end)


def check_minutes(written: str) -> str:
    """Minutes after which one is reminded, ascending, parted by commas; empty is never."""
    minutes = _minutes(written)
    if minutes != sorted(set(minutes)) or any(not 0 < one <= MOST_MINUTES for one in minutes):
        raise ValueError("write minutes in ascending order, each once, such as 15,30,60")
    return written


def _minutes(written: str) -> list[float]:
    try:
        return [float(one) for one in written.split(",")] if written else []
    except ValueError as fault:
        raise ValueError("write minutes as 15,30,60") from fault


Mailbox = Annotated[str, AfterValidator(check_mailbox)]


class NotificationsSettings(ServiceSettings):
    """Adds the feed of crossings, the mail server, and when and how often people are told."""

    quota_url: str = "http://127.0.0.1:8402"
    batch_records: int = Field(default=1000, ge=1, le=10_000)
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=25, ge=1, le=65535)
    smtp_connections: int = Field(default=16, ge=1, le=100)
    smtp_tls: Literal["auto", "starttls", "tls"] = "auto"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: str = Field(default="hafenlotse@flensburg.example", pattern=r"^[^@\s]+@[^@\s]+$")
    coordination_mail: Mailbox = "koordinierung@flensburg.example"
    webhook_key: Annotated[SecretStr, AfterValidator(check_secrets)]
    webhook_allowed: Annotated[str | None, AfterValidator(check_origin)] = None
    retry_stretch: float = Field(default=1.0, gt=0, le=10)
    claim_seconds: float = Field(default=30.0, ge=1, le=600)
    group_seconds: float = Field(default=0.0, ge=0, le=3600)
    quiet_hours: Annotated[str | None, AfterValidator(check_quiet_hours)] = None
    reminder_minutes: Annotated[str, AfterValidator(check_minutes)] = "15,30,60"
    streams: int = Field(default=200, ge=1, le=5000)
    streams_per_client: int = Field(default=20, ge=1, le=5000)

    @property
    def seal(self) -> Seal:
        """What the secrets of webhooks are kept under: the newest key, and those before it."""
        return Seal(secrets_in(self.webhook_key))

    @property
    def webhook_access(self) -> tuple[Seal, str | None]:
        """How webhooks are sent: what their secrets are under, and the one address inside."""
        return self.seal, self.webhook_allowed

    @property
    def mail_place(self) -> tuple[str, int, str, str]:
        """Where the mail server is, who is named as sender, and how TLS begins."""
        return self.smtp_host, self.smtp_port, self.mail_from, self.smtp_tls

    @property
    def mail_access(self) -> tuple[str | None, SecretFile | None, int]:
        """How the mail server is used: name, password, and how many connections."""
        return self.smtp_username, self.kept("smtp_password"), self.smtp_connections

    @property
    def schedule(self) -> Schedule:
        """When people are told; quiet hours are those of Europe/Berlin."""
        quiet = QuietHours(*_times(self.quiet_hours), BERLIN) if self.quiet_hours else None
        return Schedule(
            gather=timedelta(seconds=self.group_seconds),
            quiet=quiet,
            reminders=tuple(timedelta(minutes=one) for one in _minutes(self.reminder_minutes)),
        )
