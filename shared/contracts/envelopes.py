"""CloudEvents 1.0 in structured JSON, as every topic of ours carries them."""

from typing import Annotated, Any, Literal, TypeVar

import msgspec
import orjson
from msgspec import Meta

T = TypeVar("T")
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What a decoder raises over bytes that are not what it reads; nesting without end is one."""


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """The attributes that a reader of ours uses; `data` is left for the reader of its type."""

    specversion: Literal["1.0"]
    type: Annotated[str, Meta(max_length=200)]
    data: msgspec.Raw = msgspec.Raw(b"null")


class NotAnEvent(Exception):
    """Bytes that are no CloudEvent, or whose data is not what their type promises."""


_ENVELOPE = msgspec.json.Decoder(Envelope)


def wrap(
    source: str, kind: str, subject: str, time: str, data: dict[str, Any], suffix: str = ""
) -> bytes:
    """One event as it goes on the topic, numbered by the `land` and `sequence` in its data.

    The suffix tells events apart that have no number of their own: ids are unique per source.
    """
    land, sequence = data["land"], data["sequence"]
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": f"{land}:{sequence}{suffix}",
            "source": source,
            "type": kind,
            "subject": subject,
            "time": time,
            "datacontenttype": "application/json",
            "partitionkey": land,
            "sequence": str(sequence),
            "data": data,
        },
        option=orjson.OPT_SORT_KEYS,
    )


def unwrap(value: bytes | None) -> Envelope:
    """The envelope of a record's value, or NotAnEvent."""
    if not value:
        raise NotAnEvent("the record is empty")
    try:
        return _ENVELOPE.decode(value)
    except UNREADABLE as fault:
        raise NotAnEvent(f"no CloudEvent: {fault}") from fault


def read_data(decoder: msgspec.json.Decoder[T], envelope: Envelope) -> T:
    """The data of an envelope by its type's decoder, or NotAnEvent."""
    try:
        return decoder.decode(envelope.data)
    except UNREADABLE as fault:
        raise NotAnEvent(f"{envelope.type}: {fault}") from fault
