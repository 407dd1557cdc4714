"""The AsyncAPI documents are valid, say who sends what, and show real events."""

import json
from typing import Any

import jsonschema_rs
import pytest
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema

from documents.examples import REF
from shared.topics import CROSSINGS, PARTITIONS, PLACEMENTS
from tests.contract.apps import NAMES, document
from tests.contract.test_openapi import found_at, parts

pytestmark = pytest.mark.asyncio
every_service = pytest.mark.parametrize("name", NAMES)
OPERATIONS = {
    "admissions": {("send", PLACEMENTS)},
    "quota": {("receive", PLACEMENTS), ("send", CROSSINGS)},
    "notifications": {("receive", CROSSINGS)},
}


def read_by_faststream(described: dict[str, Any]) -> ApplicationSchema:
    """Its model wants a path of every server, which the specification does not."""
    servers = {name: {"pathname": "", **one} for name, one in described["servers"].items()}
    return ApplicationSchema.model_validate(described | {"servers": servers})


@every_service
async def test_a_document_is_asyncapi_3_with_every_reference_in_it(name: str) -> None:
    described = await document(name, "asyncapi")
    assert described["asyncapi"] == "3.0.0"
    assert read_by_faststream(described).asyncapi == "3.0.0"
    for part in parts(described):
        if isinstance(part.get("$ref"), str):
            assert found_at(described, part["$ref"])


@every_service
async def test_a_document_says_what_is_sent_and_received(name: str) -> None:
    described = await document(name, "asyncapi")
    found = {
        (one["action"], found_at(described, one["channel"]["$ref"])["address"])
        for one in described["operations"].values()
    }
    assert found == OPERATIONS[name]
    assert described["channels"].keys() == {topic for _, topic in OPERATIONS[name]}
    for channel in described["channels"].values():
        assert channel["bindings"]["kafka"]["partitions"] == PARTITIONS


@every_service
async def test_every_message_has_an_example_that_its_payload_admits(name: str) -> None:
    described = await document(name, "asyncapi")
    messages: dict[str, Any] = described["components"]["messages"]
    assert messages
    for message in messages.values():
        schema = {**message["payload"], "components": described["components"]}
        [example] = message["examples"]
        check = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        assert not [str(fault) for fault in check.iter_errors(example["payload"])]
        assert example["payload"]["type"] == message["name"]
    assert REF in json.dumps(messages)
