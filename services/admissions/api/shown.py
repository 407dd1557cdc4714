"""The shapes of what admissions shows, for its description; nothing is encoded by them."""

from typing import Annotated

from msgspec import Meta, Struct

from documents.words import (
    After,
    Count,
    Cursor,
    Day,
    Digest,
    Id,
    Instant,
    LandCode,
    Name,
    Number,
    Persons,
    Programme,
    Reason,
    Source,
    Unit,
)
from services.admissions.domain.api_key import KeyState, Scope
from services.admissions.domain.proposal import TransferState
from shared.codes import EntryType, Role
from shared.contracts.ledger import LedgerEntry

FileReference = Annotated[str, Meta(examples=["SH-2023/0017"])]


class PlacementShown(Struct):
    """A placement as it now stands; `sequence` and `status` are its last entry's."""

    id: Id
    land: LandCode
    sequence: Number
    unit: Unit
    programme: Programme
    persons: Annotated[Persons, Meta(description="Of a withdrawn one: what was withdrawn.")]
    effective_on: Day
    reference: FileReference | None
    recorded_at: Annotated[Instant, Meta(description="When its first entry was recorded.")]
    status: Annotated[EntryType, Meta(examples=["recorded"])]


class PlacementWithEntries(PlacementShown):
    """A placement and everything that happened to it, in order."""

    entries: list[LedgerEntry]


class PlacementsShown(Struct):
    """The placements of a batch or file, in its order."""

    items: list[PlacementShown]


class PlacementPage(Struct):
    """A page of placements, newest first."""

    items: list[PlacementShown]
    next: Cursor


class RowShown(Struct):
    """One row of a file as it would be recorded; `row` as the file counts."""

    row: Annotated[int, Meta(ge=1, examples=[2])]
    unit: Unit
    programme: Programme
    persons: Persons
    effective_on: Day
    reference: FileReference | None = None


class PreviewShown(Struct):
    """What a file would record."""

    items: list[RowShown]


class TransferShown(Struct):
    """A placement on its way from one unit to another."""

    id: Id
    placement: Id
    from_unit: Unit
    to_unit: Annotated[str, Meta(pattern="^[0-9]{5,8}$", examples=["01002"])]
    effective_on: Day
    reason: Annotated[Reason, Meta(examples=["agreed-transfer"])]
    state: Annotated[TransferState, Meta(examples=["proposed"])]


class TransferPage(Struct):
    """A page of transfers, newest first."""

    items: list[TransferShown]
    next: Cursor


class EntryPage(Struct):
    """A page of a Land's ledger, in order and without gaps."""

    items: list[LedgerEntry]
    next: After


class HeadShown(Struct):
    """Where a Land's ledger ends; of an empty one 0 and 64 zeros."""

    sequence: Count
    hash: Digest


class VerificationShown(Struct):
    """Whether the ledger is what was recorded."""

    entries: Annotated[Count, Meta(description="How many there are.")]
    head: HeadShown
    intact: bool
    first_broken: Annotated[
        int | None,
        Meta(description="The first sequence that is wrong or missing.", examples=[None]),
    ]


class ItemShown(Struct):
    """One code that may be named, and the days for which it may be."""

    code: Annotated[str, Meta(examples=["01001"])]
    name: Name
    kind: Annotated[str, Meta(examples=["kreisfreie Stadt"])]
    valid_from: Day | None
    valid_to: Annotated[Day | None, Meta(examples=[None])]
    source: Source


class ItemsShown(Struct):
    """All codes of a kind."""

    items: list[ItemShown]
    next: Cursor


class ApiKeyShown(Struct):
    """A key without the key: for whom, what for, until when."""

    id: Id
    unit: Unit
    label: Annotated[str | None, Meta(examples=["Fachverfahren"])]
    scopes: list[Scope]
    state: Annotated[KeyState, Meta(examples=["active"])]
    made_by: Annotated[str, Meta(examples=["coordination"], description="Whose token made it.")]
    made_at: Instant
    expires_at: Instant
    last_used_at: Annotated[Instant | None, Meta(description="Written down within a minute.")]
    revoked_at: Annotated[Instant | None, Meta(examples=[None])]


class NewApiKeyShown(ApiKeyShown):
    """A new key, with the key: it is shown this once."""

    key: Annotated[
        str | None,
        Meta(examples=["hl_" + "k" * 43], description="Sent as a bearer token; null in a replay."),
    ]


class ApiKeyPage(Struct):
    """A page of API keys, newest first."""

    items: list[ApiKeyShown]
    next: Cursor


class CallerShown(Struct):
    """Who calls, as the token or API key says."""

    client: Annotated[str, Meta(examples=["city-01001"])]
    roles: list[Role]
    lands: list[LandCode]
    units: list[Unit]
    scopes: Annotated[
        list[Scope] | None, Meta(description="What an API key is for; null for a token.")
    ]
    ends_at: Instant
