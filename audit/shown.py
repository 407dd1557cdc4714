"""The shapes of what the audit log shows, for its description; nothing is encoded by them."""

from typing import Annotated

from msgspec import Meta, Struct

from audit.record import Outcome
from documents.words import ID, After, Count, Digest, Instant, Number

ACT = "POST /admissions/v1/placements/{placement_id}/corrections"


class AuditEntry(Struct):
    """One thing that somebody did, tried in vain, or was refused; `hash` covers all the rest."""

    number: Number
    at: Annotated[Instant, Meta(description="When it was done; not the order of the numbers.")]
    actor: Annotated[
        str | None,
        Meta(examples=["city-01001"], description="The token's `sub`, or `cli:` and a user."),
    ]
    roles: Annotated[list[str], Meta(examples=[["city"]])]
    act: Annotated[str, Meta(examples=[ACT], description="Method and route.")]
    on: Annotated[
        str | None,
        Meta(examples=[ID], description="Codes of the thing; for what is summed, how many more."),
    ]
    outcome: Annotated[Outcome, Meta(examples=["done"])]
    reason: Annotated[
        str | None,
        Meta(examples=["typing-error"], description="The problem, or the reason that was given."),
    ]
    request: Annotated[
        str | None, Meta(examples=[ID], description="As `X-Request-Id` of the answer had it.")
    ]
    previous_hash: Digest
    hash: Digest


class AuditPage(Struct):
    """A page of a service's audit log, in order and without gaps."""

    items: list[AuditEntry]
    next: After


class AuditHead(Struct):
    """Where the log ends; of an empty one 0 and 64 zeros."""

    number: Count
    hash: Digest


class AuditVerification(Struct):
    """Whether the log is what was written."""

    entries: Annotated[Count, Meta(description="How many there are.")]
    head: AuditHead
    intact: bool
    first_broken: Annotated[
        int | None, Meta(description="The first number that is wrong or missing.", examples=[None])
    ]
