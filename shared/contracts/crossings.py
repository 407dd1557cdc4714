"""The crossing: what quota finds, announces and serves in its feed."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from shared.codes import Cause, Standing
from shared.contracts.envelopes import Envelope, read_data, wrap
from shared.contracts.exact import exact
from shared.contracts.ledger import Code, Count, LandCode, PositiveInt

CROSSED = "quota.crossed.v1"
FRACTION, DECIMAL = r"^-?[0-9]+(/[1-9][0-9]*)?$", r"^-?[0-9]+\.[0-9]{3}$"


class ExactData(msgspec.Struct, frozen=True, gc=False):
    """An exact number as the contract writes it."""

    exact: Annotated[str, Meta(pattern=FRACTION, max_length=4000, examples=["41/7"])]
    decimal: Annotated[str, Meta(pattern=DECIMAL, max_length=4000, examples=["5.857"])]


Credited = Annotated[ExactData, Meta(examples=[{"exact": "9", "decimal": "9.000"}])]
Target = Annotated[ExactData, Meta(examples=[{"exact": "988/125", "decimal": "7.904"}])]
Balance = Annotated[ExactData, Meta(examples=[{"exact": "137/125", "decimal": "1.096"}])]


class CrossingData(msgspec.Struct, frozen=True, gc=False):
    """A unit's standing in a quota changed; numbered per Land without gaps.

    `credited`, `target` and `balance` are persons, exact; a positive balance is over.
    """

    land: LandCode
    sequence: PositiveInt
    quota: Annotated[Code, Meta(examples=["sh-regular"])]
    unit: Annotated[Code, Meta(examples=["01001"])]
    before: Standing
    after: Annotated[Standing, Meta(examples=["over"])]
    credited: Credited
    target: Target
    balance: Balance
    cause: Annotated[Cause, Meta(examples=["own-placement"])]
    ledger_sequence: Count
    definition: Count


_CROSSING = msgspec.json.Decoder(CrossingData)


def crossing_document(facts: dict[str, Any]) -> dict[str, Any]:
    """A crossing's facts as the contract writes them: persons as exact numbers."""
    return {**facts, **{name: exact(facts[name]) for name in ("credited", "target", "balance")}}


def crossing_event(document: dict[str, Any], time: str) -> bytes:
    """The event of a crossing's document, found at an instant."""
    return wrap("/quota", CROSSED, document["unit"], time, document)


def read_crossing(envelope: Envelope) -> CrossingData:
    """The crossing in an event of type CROSSED, or NotAnEvent."""
    return read_data(_CROSSING, envelope)


class _Page(msgspec.Struct):
    items: list[CrossingData]


_PAGE = msgspec.json.Decoder(_Page)


def read_feed_page(body: bytes) -> list[CrossingData]:
    """The crossings of one answer of the feed; msgspec.DecodeError if it is none."""
    return _PAGE.decode(body).items
