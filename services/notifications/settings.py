"""What an operator may set for notifications."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from services.notifications.domain.mailbox import read_mailbox
from services.notifications.domain.target import read_target
from shared.codes import Refusal
from shared.settings import ServiceSettings


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


Mailbox = Annotated[str, AfterValidator(check_mailbox)]


class NotificationsSettings(ServiceSettings):
    """Adds the feed of crossings, the mail server, and how fast deliveries are tried again."""

    quota_url: str = "http://127.0.0.1:8402"
    batch_records: int = Field(default=1000, ge=1, le=10_000)
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=25, ge=1, le=65535)
    smtp_tls: Literal["auto", "starttls", "tls"] = "auto"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: str = Field(default="hafenlotse@flensburg.example", pattern=r"^[^@\s]+@[^@\s]+$")
    coordination_mail: Mailbox = "koordinierung@flensburg.example"
    webhook_allowed: Annotated[str | None, AfterValidator(check_origin)] = None
    retry_stretch: float = Field(default=1.0, gt=0, le=10)
    claim_seconds: float = Field(default=30.0, ge=1, le=600)
    streams: int = Field(default=200, ge=1, le=5000)
    streams_per_client: int = Field(default=20, ge=1, le=5000)

    @property
    def mail_password(self) -> str | None:
        """The mail server's password in clear, for the mail client only."""
        return self.smtp_password.get_secret_value() if self.smtp_password else None
