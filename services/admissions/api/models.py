"""What may be asked for: bodies and queries, whose faults all show at once."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from services.admissions.domain.api_key import Scope, check_expiry
from services.admissions.domain.placement import Correction, Move, Proposal
from services.admissions.domain.values import (
    check_effective_day,
    check_file_reference,
    check_persons,
)
from services.admissions.store.reference import load_reference
from shared.clock import now, today_in_berlin
from shared.codes import Ags
from shared.codes import Programme as ProgrammeCode
from shared.http.answers import Cursor as OfList
from shared.http.answers import Limit, Malformed, OutOfRange, from_cursor
from shared.http.faults import refusing

MOST_IN_BATCH = 1000
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
KNOWN = load_reference()


def parser_of(form: re.Pattern[str], read: Callable[[str], object]) -> Callable[[object], object]:
    """Reads a text of one form and no other; what is no text is left to be refused."""

    def parse(written: object) -> object:
        if not isinstance(written, str):
            return written
        if not form.fullmatch(written):
            raise Malformed
        try:
            return read(written)
        except ValueError as fault:
            raise Malformed from fault

    return parse


parse_day = parser_of(ISO_DAY, date.fromisoformat)
parse_instant = parser_of(INSTANT, datetime.fromisoformat)


def check_key_end(end: datetime) -> datetime:
    """An instant at which an API key may end."""
    return check_expiry(end, now())


def check_recordable(day: date) -> date:
    """A day on which a placement may take effect, as the calendar in Berlin now stands."""
    return check_effective_day(day, today_in_berlin())


def check_batch(listed: object) -> object:
    """A batch of 1 to 1000; looked at before its placements, so that a flood costs nothing."""
    if isinstance(listed, list) and not 1 <= len(listed) <= MOST_IN_BATCH:
        raise OutOfRange(least=1, most=MOST_IN_BATCH)
    return listed


def parse_cursor(cursor: str) -> str:
    """The id of the last placement that a page showed."""
    try:
        return str(UUID(from_cursor(cursor, [str])[0]))
    except ValueError as fault:
        raise Malformed from fault


def not_given() -> Any:
    """The default of a field that may be left out, but not be null."""


def one_of(codes: Iterable[str], example: str, description: str | None = None) -> Any:
    """How one of known codes is described; our own words are said by the validators."""
    known: dict[str, Any] = {"enum": sorted(codes)}
    return Field(description=description, examples=[example], json_schema_extra=known)


Unit = Annotated[
    Ags,
    AfterValidator(refusing(KNOWN.unit)),
    one_of(KNOWN.units, "01001", "AGS of a unit, with its leading zero."),
]
Programme = Annotated[
    ProgrammeCode,
    AfterValidator(refusing(KNOWN.programme)),
    one_of(KNOWN.programmes, "safe-harbour"),
]
Reason = Annotated[
    str, AfterValidator(refusing(KNOWN.reason)), one_of(KNOWN.reasons, "typing-error")
]
Persons = Annotated[
    int,
    AfterValidator(refusing(check_persons)),
    Field(examples=[3], json_schema_extra={"minimum": 1, "maximum": 10_000}),
]
Day = Annotated[date, BeforeValidator(refusing(parse_day))]
EffectiveDay = Annotated[
    Day,
    AfterValidator(refusing(check_recordable)),
    Field(
        description="Today in Berlin or earlier, not before 1990.",
        examples=["2023-05-01"],
        json_schema_extra={"pattern": "^(199[0-9]|20[0-9]{2})-"},
    ),
]
FileReference = Annotated[
    str,
    AfterValidator(refusing(check_file_reference)),
    Field(
        description="The unit's own file reference: a digit, at most 3 letters in a row, no name.",
        examples=["SH-2023/0017"],
        json_schema_extra={"pattern": "^[A-Z0-9][A-Z0-9/._-]{0,39}$"},
    ),
]
Cursor = Annotated[OfList, AfterValidator(refusing(parse_cursor))]
Label = Annotated[
    str,
    Field(
        description="Which system it is for; no person.",
        examples=["Fachverfahren"],
        pattern="^[^\\x00-\\x1f\\x7f]{1,80}$",
    ),
]
KeyEnd = Annotated[
    datetime,
    BeforeValidator(refusing(parse_instant)),
    AfterValidator(refusing(check_key_end)),
    Field(
        description="Within two years; a year from now if left out.",
        examples=["2027-06-30T22:00:00Z"],
    ),
]


class Body(BaseModel):
    """A body in which nothing is converted, added or changed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class PlacementBody(Body):
    """A new placement."""

    unit: Unit
    programme: Programme
    persons: Persons
    effective_on: EffectiveDay
    reference: FileReference | None = None

    def proposal(self) -> Proposal:
        return Proposal(self.unit, self.programme, self.persons, self.effective_on, self.reference)


class BatchBody(Body):
    """Up to 1000 new placements, recorded all or not at all."""

    placements: Annotated[
        list[PlacementBody],
        BeforeValidator(refusing(check_batch)),
        Field(json_schema_extra={"minItems": 1, "maxItems": MOST_IN_BATCH}),
    ]


class CorrectionBody(Body):
    """What is to be different, and why; what is left out stays."""

    unit: Unit = Field(default_factory=not_given)
    programme: Programme = Field(default_factory=not_given)
    persons: Persons = Field(default_factory=not_given)
    effective_on: EffectiveDay = Field(default_factory=not_given)
    reason: Reason

    def correction(self) -> Correction:
        return Correction(**self.model_dump(exclude_unset=True))


class WithdrawalBody(Body):
    """Why a placement no longer counts."""

    reason: Reason


class TransferBody(Body):
    """Where all people of a placement go, from when on, and why."""

    to_unit: Unit = Field(examples=["01002"])
    effective_on: EffectiveDay
    reason: Reason = Field(examples=["agreed-transfer"])

    def move(self) -> Move:
        return Move(self.to_unit, self.effective_on, self.reason)


class ApiKeyBody(Body):
    """For which unit's systems, what they may do with it, and until when."""

    unit: Unit
    label: Label | None = None
    scopes: list[Annotated[Scope, Field(strict=False)]] = Field(
        default_factory=lambda: list(Scope),
        min_length=1,
        max_length=len(Scope),
        examples=[["admissions:write"]],
    )
    expires_at: KeyEnd | None = None

    def wanted(self) -> tuple[Scope, ...]:
        """Each scope once, in the order in which they are listed for all."""
        return tuple(scope for scope in Scope if scope in self.scopes)


class PlainListing(BaseModel):
    """The query of a list without filters."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    limit: Limit = 100
    cursor: Cursor | None = None


class PlacementListing(BaseModel):
    """The query of the list of placements."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    unit: Unit | None = None
    programme: Programme | None = None
    effective_from: Day | None = None
    effective_to: Day | None = None
    limit: Limit = 100
    cursor: Cursor | None = None
