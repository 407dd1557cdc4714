"""aiokafka and strict pydantic models of every field, each model dropped at once."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

import uvloop
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from benchmarks.readers.batches import read_batches
from benchmarks.readers.reading import Job

HexDigest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Whole(BaseModel):
    """Takes no field that it does not know.

    FastStream decodes JSON first and validates what came of it, and a strict model would then
    refuse every date: so strictness is asked for where JSON itself is validated.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


class Posting(Whole):
    """A signed change of a unit's people."""

    unit: Annotated[str, Field(pattern=r"^[0-9]{5,8}$")]
    programme: Annotated[str, Field(min_length=1, max_length=40)]
    effective_on: date
    persons: Annotated[int, Field(ge=-(2**40), le=2**40)]


class Entry(Whole):
    """A ledger entry."""

    land: Annotated[str, Field(pattern=r"^[0-9]{2}$")]
    sequence: Annotated[int, Field(ge=1)]
    type: Literal["recorded", "corrected", "withdrawn", "transferred"]
    placement: Annotated[str, Field(min_length=1, max_length=40)]
    recorded_at: AwareDatetime
    corrects: int | None
    reason: str | None
    postings: tuple[Posting, ...]
    previous_hash: HexDigest
    hash: HexDigest


class Event(Whole):
    """A CloudEvent that carries an entry."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    subject: str
    time: AwareDatetime
    datacontenttype: Literal["application/json"]
    partitionkey: str
    sequence: str
    data: Entry


def decode(records: Sequence[Any]) -> None:
    """Decode each record, and drop its model at once."""
    for record in records:
        Event.model_validate_json(record.value, strict=True)


if __name__ == "__main__":
    uvloop.run(read_batches(Job.of_arguments(), decode))
