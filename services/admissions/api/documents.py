"""What is shown, as the contract writes it, and its description for OpenAPI."""

from datetime import date
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from services.admissions.domain.entry import Document
from services.admissions.domain.placement import Placement
from shared.codes import EntryType, instant_text
from shared.http.answers import answer, etag

ROOT = "/admissions/v1"


class PostingShown(BaseModel):
    """A signed change of a unit's people in a programme on a day."""

    unit: str
    programme: str
    effective_on: date
    persons: int


class EntryShown(BaseModel):
    """One entry of a Land's ledger."""

    land: str
    sequence: int
    type: EntryType
    placement: str
    recorded_at: str
    corrects: int | None = Field(description="The placement's entry before this one.")
    reason: str | None
    postings: list[PostingShown] = Field(description="Net, never 0, sorted.")
    previous_hash: str = Field(description="64 zeros in the first entry.")
    hash: str = Field(description="SHA-256 of the RFC 8785 form of the entry without `hash`.")


class PlacementShown(BaseModel):
    """A placement as it now stands; `sequence` and `status` are its last entry's."""

    id: str
    land: str
    sequence: int
    unit: str
    programme: str
    persons: int = Field(description="Of a withdrawn one: what was withdrawn.")
    effective_on: date
    reference: str | None
    recorded_at: str = Field(description="When its first entry was recorded.")
    status: EntryType


class PlacementWithEntries(PlacementShown):
    """A placement and everything that happened to it, in order."""

    entries: list[EntryShown]


class PlacementsShown(BaseModel):
    """The placements of a batch, in its order."""

    items: list[PlacementShown]


class PlacementPage(PlacementsShown):
    """A page of placements, newest first."""

    next: str | None = Field(description="The cursor of the next page.")


class EntryPage(BaseModel):
    """A page of a Land's ledger, in order."""

    items: list[EntryShown]
    next: int | None = Field(description="The sequence to go on after.")


class HeadShown(BaseModel):
    """Where a Land's ledger ends; of an empty one 0 and 64 zeros."""

    sequence: int
    hash: str


class VerificationShown(BaseModel):
    """Whether the ledger is what was recorded."""

    entries: int = Field(description="How many there are.")
    head: HeadShown
    intact: bool
    first_broken: int | None = Field(description="The first sequence that is wrong or missing.")


class ItemShown(BaseModel):
    """One code that may be named, and the days for which it may be."""

    code: str
    name: str
    kind: str
    valid_from: date | None
    valid_to: date | None
    source: str


class ItemsShown(BaseModel):
    """All codes of a kind."""

    items: list[ItemShown]


class FaultShown(BaseModel):
    """One wrong place, in the body or in the query."""

    pointer: str | None = None
    parameter: str | None = None
    code: str
    detail: str


PROBLEM = {
    "type": "object",
    "required": ["type", "title", "detail", "status"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "detail")},
        "status": {"type": "integer"},
        "errors": {"type": "array", "items": FaultShown.model_json_schema()},
    },
}
"""RFC 9457, written out because a reference would have to lead out of its response."""
REFUSED = {"description": "Refused", "content": {"application/problem+json": {"schema": PROBLEM}}}
OF_EVERY_ROUTE = (401, 403, 422, 429, 503)
OF_EVERY_POST = (400, 409, 413, 415)
HEADERS = {
    409: ("Idempotency-Key", "1 to 128 visible ASCII characters; a repeat has no second effect."),
    428: ("If-Match", "The ETag of the placement that is to be changed."),
}
"""Which header a route needs that can answer so."""


def described(status: int, model: type[BaseModel], *refusals: int) -> dict[str, Any]:
    """What a route answers and which headers it needs, for OpenAPI."""
    codes = sorted({*OF_EVERY_ROUTE, *refusals})
    headers = [_header(*HEADERS[code]) for code in codes if code in HEADERS]
    return {
        "status_code": status,
        "response_model": None,
        "responses": {status: {"model": model}, **dict.fromkeys(codes, REFUSED)},
        "openapi_extra": {"parameters": headers},
    }


def _header(name: str, meaning: str) -> dict[str, Any]:
    schema = {"type": "string"}
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": meaning,
        "schema": schema,
    }


def placement_document(placement: Placement) -> Document:
    """A placement as it now stands."""
    return {
        "id": placement.id,
        "land": placement.land,
        "sequence": placement.sequence,
        "unit": placement.unit,
        "programme": placement.programme,
        "persons": placement.persons,
        "effective_on": placement.effective_on,
        "reference": placement.reference,
        "recorded_at": instant_text(placement.recorded_at),
        "status": placement.status,
    }


def show_placement(status: int, placement: Placement, **more: object) -> Response:
    """A placement with the tag of its state, and for what was made its address."""
    headers = {"ETag": etag(placement.sequence)}
    if status == 201:
        headers["Location"] = f"{ROOT}/placements/{placement.id}"
    return answer(status, placement_document(placement) | more, **headers)
