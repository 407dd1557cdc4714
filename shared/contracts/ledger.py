"""The ledger entry: what admissions records, announces and serves in its feed."""

import hashlib
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
import orjson
import rfc8785
from msgspec import Meta

from shared.codes import Ags, EntryType, Land, Programme, instant_text
from shared.contracts.envelopes import UNREADABLE, Envelope, NotAnEvent, read_data, wrap

GENESIS = "0" * 64
HEAD = "ledger.head.v1"
CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
KINDS = frozenset(f"placement.{kind}.v1" for kind in EntryType)
# Half of a record's time would go into patterns, so where a length or a list will do it does;
# what is said by extra_json_schema is promised to readers, and not looked at here.
LandCode = Literal[
    "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16"
]
HEX = {"pattern": "^[0-9a-f]{64}$", "examples": ["b4" * 32]}
HexDigest = Annotated[str, Meta(min_length=64, max_length=64, extra_json_schema=HEX)]
PositiveInt = Annotated[int, Meta(ge=1, le=2**53, examples=[17])]
Count = Annotated[int, Meta(ge=0, le=2**53, examples=[17])]
Code = Annotated[str, Meta(min_length=1, max_length=40)]
ProgrammeCode = Annotated[Programme, Meta(min_length=1, max_length=40, examples=["safe-harbour"])]
AGS = {"pattern": "^[0-9]{5,8}$", "examples": ["01001"]}
UnitCode = Annotated[Ags, Meta(min_length=5, max_length=8, extra_json_schema=AGS)]
Instant = Annotated[datetime, Meta(tz=True, examples=["2023-05-02T08:15:30.250000Z"])]
Day = Annotated[date, Meta(examples=["2023-05-01"])]
Signed = Meta(ge=-(2**40), le=2**40, examples=[3])


class PostingData(msgspec.Struct, frozen=True, gc=False):
    """A signed change of a unit's people in a programme on a day; `persons` is never 0."""

    unit: UnitCode
    programme: ProgrammeCode
    effective_on: Day
    persons: Annotated[int, Signed]


class LedgerEntry(msgspec.Struct, frozen=True, gc=False):
    """One entry of a Land's ledger; `hash` covers everything else, `previous_hash` the past."""

    land: LandCode
    sequence: PositiveInt
    type: EntryType
    placement: Annotated[Code, Meta(examples=["0199a3c2-7c11-7d3e-9c50-0a1b2c3d4e5f"])]
    recorded_at: Instant
    corrects: Annotated[PositiveInt | None, Meta(examples=[None])]
    reason: Annotated[Code | None, Meta(examples=[None])]
    postings: tuple[PostingData, ...]
    previous_hash: HexDigest
    hash: HexDigest


class LedgerHead(msgspec.Struct, frozen=True, gc=False):
    """How far a Land's ledger goes; announced every 15 s, has no place in the order.

    An empty ledger ends at 0 with 64 zeros.
    """

    land: LandCode
    sequence: Count
    hash: HexDigest
    at: Annotated[datetime, Meta(examples=["2023-05-02T08:15:45.000000Z"])]


_ENTRY = msgspec.json.Decoder(LedgerEntry)
_HEAD = msgspec.json.Decoder(LedgerHead)


def hash_of(document: dict[str, Any]) -> str:
    """SHA-256, lower-case hex, of the RFC 8785 form of an entry's document without `hash`.

    orjson writes that form where names are ASCII and numbers are whole, as in all of our documents.
    Raises ValueError where something has no such form.
    """
    covered = {name: value for name, value in document.items() if name != "hash"}
    try:
        return hashlib.sha256(orjson.dumps(covered, option=CANONICAL)).hexdigest()
    except orjson.JSONEncodeError as fault:
        raise ValueError(str(fault)) from fault


def entry_event(document: dict[str, Any]) -> bytes:
    """The event of an entry; its subject is the unit that now has the people."""
    postings = document["postings"]
    gaining = [one for one in postings if one["persons"] > 0] or postings
    return wrap(
        source="/admissions",
        kind=f"placement.{document['type']}.v1",
        subject=gaining[0]["unit"],
        time=document["recorded_at"],
        data=document,
    )


def head_event(land: Land, sequence: int, digest: str, at: datetime) -> bytes:
    """The announcement of a Land's head at an instant."""
    data = head_document(land, sequence, digest, at)
    return wrap("/admissions", HEAD, land, data["at"], data, suffix=f":head:{data['at']}")


def head_document(land: str, sequence: int, digest: str, at: datetime) -> dict[str, Any]:
    """How far a Land's ledger goes; everything recorded later has a later instant than `at`."""
    return {"land": land, "sequence": sequence, "hash": digest, "at": instant_text(at)}


def read_entry(envelope: Envelope) -> LedgerEntry:
    """The entry in an event whose type is one of KINDS and whose hash is true, or NotAnEvent."""
    entry = read_data(_ENTRY, envelope)
    if not (_is_plainly_true(envelope.data, entry.hash) or _is_true(envelope.data, entry.hash)):
        raise NotAnEvent(f"{envelope.type}: the hash is not the one of its entry")
    return entry


def _is_plainly_true(data: msgspec.Raw, digest: str) -> bool:
    """Whether the hash fits the bytes as they are: `wrap` sorts them as RFC 8785 does."""
    before, _, after = bytes(data).partition(b'"hash":"%b",' % digest.encode())
    return hashlib.sha256(before + after).hexdigest() == digest


def _is_true(data: msgspec.Raw, digest: str) -> bool:
    """Whether the hash fits all fields, those of later versions included."""
    try:
        document = msgspec.json.decode(data)
        named = str(document.pop("hash"))
        return named == digest == hashlib.sha256(rfc8785.dumps(document)).hexdigest()
    except (*UNREADABLE, rfc8785.CanonicalizationError):
        return False


def read_head(envelope: Envelope) -> LedgerHead:
    """The head in an event of type HEAD, or NotAnEvent."""
    return read_data(_HEAD, envelope)


class _Page(msgspec.Struct):
    items: list[LedgerEntry]


_PAGE = msgspec.json.Decoder(_Page)


def read_feed_page(body: bytes) -> list[LedgerEntry]:
    """The entries of one answer of the ledger feed; msgspec.DecodeError if it is none."""
    return _PAGE.decode(body).items


def read_head_answer(body: bytes) -> LedgerHead:
    """The head in an answer of the ledger's owner; msgspec.DecodeError if it is none."""
    return _HEAD.decode(body)
