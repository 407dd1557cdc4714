"""The shapes of what is shown, for its description; nothing is encoded by them."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from documents.words import Count, Cursor, Id, Instant, LandCode, Quota, Unit
from services.notifications.domain.alert import AlertState, Note
from services.notifications.domain.delivery import DeliveryState
from services.notifications.domain.recipient import ChannelCode, Language
from shared.codes import Cause, Standing
from shared.contracts.crossings import Balance, Credited, Target

ROOT = "/notifications/v1"
CrossingId = Annotated[
    str,
    Meta(pattern=r"^[0-9]{2}:[0-9]+$", examples=["01:42"], description="Land and its number."),
]


Stream = Annotated[
    str,
    Meta(
        examples=['id: 7\nevent: alert.raised\ndata: {"id":"0199a3c2-…"}\n\n'],
        description="Server-sent events; the data of each is an alert as it then stood.",
    ),
]


class AcknowledgementShown(Struct):
    """Who took an alert on."""

    by: Annotated[str, Meta(examples=["coordination"])]
    at: Instant
    note_code: Note | None


class AlertShown(Struct):
    """One crossing as the coordination is told of it; a positive balance is over."""

    id: Id
    crossing: CrossingId
    land: LandCode
    quota: Quota
    unit: Unit
    before: Standing
    after: Annotated[Standing, Meta(examples=["over"])]
    credited: Credited
    target: Target
    balance: Balance
    cause: Annotated[Cause, Meta(examples=["own-placement"])]
    ledger_sequence: Count
    definition: Count
    state: AlertState
    raised_at: Instant
    acknowledgement: AcknowledgementShown | None
    resolved_by: Annotated[
        CrossingId | None, Meta(examples=[None], description="The crossing that resolved it.")
    ]
    undone_by_correction: bool


class AlertPage(Struct):
    """Alerts, newest first."""

    items: list[AlertShown]
    next: Cursor


class RecipientShown(Struct):
    """Who is told; no quotas or standings named means all of them."""

    id: Id
    name: Annotated[str, Meta(examples=["Landeskoordinierung"])]
    channel: ChannelCode
    address: Annotated[str | None, Meta(examples=["koordinierung@example.org"])]
    quotas: Annotated[list[str] | None, Meta(examples=[["sh-regular"]])]
    standings: list[Standing] | None
    language: Language


class NewRecipientShown(RecipientShown):
    """A recipient that was just made."""

    secret: Annotated[
        str | UnsetType | None,
        Meta(examples=["whsec_c2hvd24gdGhpcyBvbmNl"], description="Of a webhook; shown this once."),
    ] = UNSET


class RecipientPage(Struct):
    """Recipients, newest first."""

    items: list[RecipientShown]
    next: Cursor


class AttemptShown(Struct):
    """One try that ended; `outcome` is a code and never words of the receiver."""

    at: Instant
    outcome: Annotated[str, Meta(examples=["accepted"])]


class DeliveryShown(Struct):
    """Alerts on their way to a recipient; an operator is not shown which."""

    id: Id
    recipient: Id
    channel: ChannelCode
    state: DeliveryState
    attempts: list[AttemptShown]
    next_try: Annotated[Instant | None, Meta(examples=[None])]
    alerts: list[Id] | UnsetType = UNSET


class DeliveryPage(Struct):
    """Deliveries, newest first."""

    items: list[DeliveryShown]
    next: Cursor
