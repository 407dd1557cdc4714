"""What events look like is published, only grows, and is what is really announced."""

import copy
import json
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_structured_event
from cloudevents.core.formats.json import JSONFormat

from documents.events import EVENTS, Event, example, published
from shared.contracts.crossings import CROSSED, read_crossing
from shared.contracts.envelopes import unwrap
from shared.contracts.ledger import HEAD, KINDS, read_entry, read_head
from tests.contract.messages import golden
from tests.contract.schemas import path_of, text_of, what_breaks

Json = dict[str, Any]
Change = Callable[[Json, Json], Any]
GOLDEN = {
    "placement.recorded": "placement.recorded.v1",
    "placement.corrected": "placement.corrected.v1",
    "placement.withdrawn": "placement.withdrawn.v1",
    "placement.transferred": "placement.transferred.v1",
    "ledger.head": HEAD,
    "quota.crossed": CROSSED,
}
BY_NAME = {event.name: event for event in EVENTS}
READERS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(KINDS, read_entry),
    HEAD: read_head,
    CROSSED: read_crossing,
}
every_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name)


def stored(event: Event) -> Json:
    schema: Json = json.loads(path_of(event).read_text(encoding="utf-8"))
    return schema


def checker(event: Event) -> Any:
    return jsonschema_rs.Draft202012Validator(stored(event), validate_formats=True)


def test_every_type_of_event_has_a_schema() -> None:
    assert {event.name for event in EVENTS} == {*KINDS, HEAD, CROSSED}


@every_event
def test_no_change_of_a_schema_breaks_a_reader(event: Event) -> None:
    assert what_breaks(stored(event), published(event)) == []


@every_event
def test_the_published_schema_is_the_one_of_today(event: Event) -> None:
    assert path_of(event).read_text(encoding="utf-8") == text_of(event), (
        "publish what has grown: python -m tests.contract.schemas"
    )


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_messages_are_what_the_schema_says(name: str) -> None:
    assert checker(BY_NAME[GOLDEN[name]]).is_valid(json.loads(golden(name)))


@every_event
def test_the_example_of_a_schema_is_what_it_says_and_is_read(event: Event) -> None:
    shown = example(event)
    checker(event).validate(shown)
    envelope = unwrap(json.dumps(shown).encode())
    assert envelope.type == event.name
    assert READERS[event.name](envelope).land == "01"


@every_event
def test_the_schema_knows_every_field_that_is_announced(event: Event) -> None:
    shown, schema = example(event), stored(event)
    assert shown.keys() == schema["properties"].keys()
    assert shown["data"].keys() == schema["properties"]["data"]["properties"].keys()


@every_event
def test_a_schema_refuses_an_event_without_one_of_its_fields(event: Event) -> None:
    whole, check = example(event), checker(event)
    for name in whole:
        assert not check.is_valid({key: whole[key] for key in whole if key != name}), name
    for name in whole["data"]:
        data = {key: value for key, value in whole["data"].items() if key != name}
        assert not check.is_valid(whole | {"data": data}), name


def read_by_the_sdk(value: bytes) -> Any:
    message = KafkaMessage(
        headers={"content-type": b"application/cloudevents+json"}, key=b"01", value=value
    )
    return from_structured_event(message, JSONFormat())


@pytest.mark.parametrize(
    "value",
    [*map(golden, GOLDEN), *(json.dumps(example(event)).encode() for event in EVENTS)],
    ids=[*GOLDEN, *BY_NAME],
)
def test_the_official_sdk_reads_every_event(value: bytes) -> None:
    event, written = read_by_the_sdk(value), json.loads(value)
    assert event.get_specversion() == "1.0"
    assert (event.get_type(), event.get_id()) == (written["type"], written["id"])
    assert (event.get_source(), event.get_subject()) == (written["source"], written["subject"])
    assert event.get_time().isoformat()[:19] == written["time"][:19]
    assert event.get_extension("partitionkey") == "01"
    assert event.get_extension("sequence") == str(written["data"]["sequence"])
    assert event.get_data() == written["data"]


@pytest.mark.parametrize(
    "change",
    [
        lambda data, _: data["required"].remove("land"),
        lambda data, _: data["properties"].pop("unit") and data["required"].remove("unit"),
        lambda data, _: data["properties"].update(unit={"type": "integer"}),
        lambda data, _: data["properties"]["sequence"].pop("maximum"),
        lambda data, _: data["properties"]["sequence"].update(maximum=99),
        lambda data, _: (
            data["properties"].update(more={"type": "string"}) or data["required"].append("more")
        ),
        lambda _, parts: parts["Cause"]["enum"].append("a-whim"),
        lambda _, parts: parts["Cause"]["enum"].remove("transfer"),
        lambda _, parts: parts["ExactData"]["required"].remove("exact"),
    ],
)
def test_a_change_that_breaks_a_reader_is_noticed(change: Change) -> None:
    old = published(BY_NAME[CROSSED])
    new = copy.deepcopy(old)
    change(new["properties"]["data"], new["$defs"])
    assert what_breaks(old, new)


@pytest.mark.parametrize(
    "change",
    [
        lambda data, _: data["properties"].update(more={"type": "string"}),
        lambda data, _: data.update(description="In other words."),
        lambda _, parts: parts["ExactData"]["properties"].update(rounded={"type": "boolean"}),
    ],
)
def test_a_schema_may_grow(change: Change) -> None:
    old = published(BY_NAME[CROSSED])
    new = copy.deepcopy(old)
    change(new["properties"]["data"], new["$defs"])
    assert what_breaks(old, new) == []
