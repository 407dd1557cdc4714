"""What a recipient may be: a body whose faults all show at once."""

from contextvars import ContextVar
from typing import Annotated, Literal

from fastapi import Request
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from services.notifications.domain.mailbox import read_mailbox
from services.notifications.domain.recipient import ChannelCode, Language, Wish
from services.notifications.domain.target import Target, read_target, refuse_inside
from shared.codes import QuotaCode, Refusal, Standing
from shared.http.answers import Malformed
from shared.http.faults import refusing

MOST_QUOTAS, MOST_STANDINGS = 100, 3
ALLOWED: ContextVar[str | None] = ContextVar("webhook_allowed", default=None)
"""The one loopback address that webhooks may go to; pydantic's validators see no request."""


async def allow_webhook_sink(request: Request) -> None:
    """Tell the checks of the body which loopback address is allowed here."""
    ALLOWED.set(request.app.state.webhook_allowed)


def check_name(name: str) -> str:
    """One line that is not blank."""
    if not name.isprintable() or not name.strip():
        raise Malformed
    return name


def check_once_each(codes: list[str] | None) -> list[str] | None:
    """A list that names nothing twice."""
    if codes is not None and len(set(codes)) < len(codes):
        raise Malformed
    return codes


Name = Annotated[
    str,
    Field(min_length=1, max_length=120, examples=["Landeskoordinierung"]),
    AfterValidator(refusing(check_name)),
]
Quota = Annotated[str, Field(pattern=r"^[!-~]{1,40}$", examples=["sh-regular"])]
OnceEach = AfterValidator(refusing(check_once_each))


class RecipientBody(BaseModel):
    """Who is to be told; `quotas` and `standings` null or empty mean all of them."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    name: Name
    channel: Literal["email", "webhook", "log"]
    address: str | None = Field(
        default=None,
        validate_default=True,
        description="A mailbox or an http(s) address; a log needs none.",
        examples=["koordinierung@example.org"],
    )
    quotas: Annotated[list[Quota] | None, Field(max_length=MOST_QUOTAS), OnceEach]
    standings: Annotated[
        list[Literal["under", "on-quota", "over"]] | None,
        Field(max_length=MOST_STANDINGS),
        OnceEach,
    ]
    language: Literal["de", "en"]

    @field_validator("address")
    @classmethod
    def fits_the_channel(cls, address: str | None, info: ValidationInfo) -> str | None:
        """What the channel can reach; a channel that is wrong itself is fault enough."""
        channel = info.data.get("channel")
        if channel in {"email", "webhook"} and address is None:
            raise PydanticCustomError("missing", "missing")
        try:
            _check_address(channel, address)
        except Refusal as refusal:
            raise PydanticCustomError(refusal.code, refusal.code) from refusal
        return address

    def wish(self) -> Wish:
        """The body as the domain knows it."""
        return Wish(
            name=self.name,
            channel=ChannelCode(self.channel),
            address=self.address,
            quotas=None if self.quotas is None else tuple(map(QuotaCode, self.quotas)),
            standings=None if self.standings is None else tuple(map(Standing, self.standings)),
            language=Language(self.language),
        )


def _check_address(channel: str | None, address: str | None) -> None:
    if channel == "email":
        read_mailbox(address or "")
    elif channel == "webhook":
        refuse_inside(read_target(address or ""), _allowed())
    elif address and not (address.isprintable() and len(address) <= 254):
        raise Malformed


def _allowed() -> Target | None:
    allowed = ALLOWED.get()
    return read_target(allowed) if allowed else None
