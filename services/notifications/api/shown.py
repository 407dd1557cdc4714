"""What is shown, described for OpenAPI as the contract writes it."""

from typing import Any, Literal

from fastapi import Response
from pydantic import BaseModel, Field

from services.notifications.domain.alert import AlertState, Note
from services.notifications.domain.delivery import DeliveryState
from services.notifications.domain.recipient import ChannelCode, Language
from shared.codes import Cause, Standing

ROOT = "/notifications/v1"


class ExactShown(BaseModel):
    """An exact number of persons."""

    exact: str = Field(examples=["41/7"])
    decimal: str = Field(examples=["5.857"])


class AcknowledgementShown(BaseModel):
    """Who took an alert on."""

    by: str
    at: str
    note_code: Note | None


class AlertShown(BaseModel):
    """One crossing as the coordination is told of it; a positive balance is over."""

    id: str
    crossing: str = Field(description="Land and number of the crossing.", examples=["01:42"])
    land: str
    quota: str
    unit: str
    before: Standing
    after: Standing
    credited: ExactShown
    target: ExactShown
    balance: ExactShown
    cause: Cause
    ledger_sequence: int
    definition: int
    state: AlertState
    raised_at: str
    acknowledgement: AcknowledgementShown | None
    resolved_by: str | None = Field(description="The crossing that resolved it.")
    undone_by_correction: bool


class AlertPage(BaseModel):
    """Alerts, newest first."""

    items: list[AlertShown]
    next: str | None


class RecipientShown(BaseModel):
    """Who is told; no quotas or standings named means all of them."""

    id: str
    name: str
    channel: ChannelCode
    address: str | None
    quotas: list[str] | None
    standings: list[Standing] | None
    language: Language


class NewRecipientShown(RecipientShown):
    """A recipient that was just made."""

    secret: str | None = Field(default=None, description="Of a webhook; shown this once.")


class RecipientPage(BaseModel):
    """Recipients, newest first."""

    items: list[RecipientShown]
    next: str | None


class AttemptShown(BaseModel):
    """One try that ended; `outcome` is a code and never words of the receiver."""

    at: str
    outcome: str


class DeliveryShown(BaseModel):
    """Alerts on their way to a recipient; an operator is not shown which."""

    id: str
    alerts: list[str] | None = None
    recipient: str
    channel: ChannelCode
    state: DeliveryState
    attempts: list[AttemptShown]
    next_try: str | None


class DeliveryPage(BaseModel):
    """Deliveries, newest first."""

    items: list[DeliveryShown]
    next: str | None


class FaultShown(BaseModel):
    """One wrong place."""

    pointer: str | None = None
    parameter: str | None = None
    code: str
    detail: str


class ProblemShown(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str
    title: str
    detail: str
    status: int
    errors: list[FaultShown] | None = None


def described(status: int, model: type[BaseModel] | None, *refusals: int) -> dict[str, Any]:
    """What a route answers, for OpenAPI; 401, 403, 422, 429 and 503 are every route's."""
    problem = {"application/problem+json": {"schema": ProblemShown.model_json_schema()}}
    accepted = {status: {"model": model}} if model else {}
    return {
        "status_code": status,
        "response_model": None,
        "responses": {
            **accepted,
            **{
                code: {"description": "Refused", "content": problem}
                for code in sorted({401, 403, 422, 429, 503, *refusals})
            },
        },
    }


def described_stream() -> dict[str, Any]:
    """What the stream answers, for OpenAPI: text, of which each event's data is an alert."""
    described_so = described(200, None)
    described_so["responses"][200] = {
        "description": "Server-sent events; the data of each is an alert as it then stood.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
    return described_so | {"response_class": Response}


OF_POST: tuple[Literal[400, 409, 413, 415], ...] = (400, 409, 413, 415)
