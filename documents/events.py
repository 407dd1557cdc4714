"""The events of the topics as outsiders may rely on them: a JSON Schema and an example each."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec

from documents.examples import REF, example_of
from documents.shapes import components_of
from shared.codes import EntryType
from shared.contracts.crossings import CROSSED, CrossingData, crossing_event
from shared.contracts.ledger import (
    GENESIS,
    HEAD,
    LedgerEntry,
    LedgerHead,
    entry_event,
    hash_of,
    head_event,
)
from shared.topics import CROSSINGS, PLACEMENTS

Json = dict[str, Any]
DEFS = "#/$defs/"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT = {"type": "string"}
LAND = {"type": "string", "pattern": "^(0[1-9]|1[0-6])$"}


@dataclass(frozen=True, slots=True)
class Event:
    """A type of event: on which topic, from where, what its data is, and how one is made."""

    name: str
    topic: str
    source: str
    shape: type[msgspec.Struct]
    meaning: str
    make: Callable[[Json], bytes]
    facts: Mapping[str, Any] = field(default_factory=dict)
    subject: str = "The unit that now has the people."


def _sealed(document: Json) -> bytes:
    return entry_event({**document, "hash": hash_of(document)})


def _entry(kind: EntryType, meaning: str, **facts: Any) -> Event:
    facts = {"type": kind.value, **facts}
    name = f"placement.{kind}.v1"
    return Event(name, PLACEMENTS, "/admissions", LedgerEntry, meaning, _sealed, facts)


def _posting(unit: str, persons: int, day: str = "2023-05-01") -> Json:
    return {
        "unit": unit,
        "programme": "safe-harbour",
        "effective_on": day,
        "persons": persons,
    }


def _head(document: Json) -> bytes:
    at = msgspec.convert(document["at"], LedgerHead.__annotations__["at"])
    return head_event(document["land"], document["sequence"], document["hash"], at)


MOVED = [_posting("01001", -3, "2023-06-01"), _posting("01003", 3, "2023-06-01")]
EVENTS = (
    _entry(EntryType.RECORDED, "A unit took people in.", sequence=1, previous_hash=GENESIS),
    _entry(
        EntryType.CORRECTED,
        "A placement was corrected; the postings are what it changes.",
        corrects=1,
        reason="typing-error",
        postings=[_posting("01001", 1)],
    ),
    _entry(
        EntryType.WITHDRAWN,
        "A placement counts nowhere any more.",
        corrects=1,
        reason="counted-twice",
        postings=[_posting("01001", -3)],
    ),
    _entry(
        EntryType.TRANSFERRED,
        "All people of a placement were handed over to another unit.",
        corrects=1,
        reason="agreed-transfer",
        postings=MOVED,
    ),
    Event(
        HEAD,
        PLACEMENTS,
        "/admissions",
        LedgerHead,
        "How far a Land's ledger goes, every 15 s; it has no place in the order.",
        _head,
        subject="The Land.",
    ),
    Event(
        CROSSED,
        CROSSINGS,
        "/quota",
        CrossingData,
        "A unit's standing in a quota changed.",
        partial(crossing_event, time="2023-05-02T08:15:31.000001Z"),
        subject="The unit.",
    ),
)


def example(event: Event) -> Json:
    """An event as it is made by the code that announces it."""
    components = components_of([event.shape], REF)
    data = example_of(components[event.shape.__name__], components)
    made: Json = json.loads(event.make({**data, **event.facts}))
    return made


def schema(event: Event, ref: str) -> Json:
    """The schema of a whole event; what it refers to is said by `components`."""
    data = dict(components_of([event.shape], ref)[event.shape.__name__])
    if "type" in event.facts:
        data["properties"] = {**data["properties"], "type": {"const": event.facts["type"]}}
    properties = {
        "specversion": {"const": "1.0"},
        "id": {**TEXT, "description": "Unique per source: Land and number."},
        "source": {"const": event.source},
        "type": {"const": event.name},
        "subject": {**TEXT, "description": event.subject},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "partitionkey": {**LAND, "description": "The Land, which is the record's key, too."},
        "sequence": {**TEXT, "pattern": "^[1-9][0-9]*$", "description": "The number in `data`."},
        "data": data,
    }
    return {
        "type": "object",
        "description": event.meaning,
        "required": list(properties),
        "properties": properties,
    }


def components(ref: str) -> Json:
    """What the schemas of all events refer to."""
    named = {event.shape.__name__ for event in EVENTS}
    shapes = components_of({event.shape for event in EVENTS}, ref)
    return {name: shape for name, shape in shapes.items() if name not in named}


def published(event: Event) -> Json:
    """The schema as it is published: a file of its own that refers to nothing outside."""
    own = components_of([event.shape], DEFS)
    kept = {name: own[name] for name in own if name != event.shape.__name__}
    if "type" in event.facts:
        kept.pop("EntryType")
    head = {"$schema": DIALECT, "title": event.name}
    return {**head, **schema(event, DEFS), "$defs": kept}
