"""The OpenAPI documents are valid, complete, and illustrate what they say."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from fastapi.openapi.models import OpenAPI

from shared.http.problems import FAULTS, PROBLEMS
from shared.http.route import ContractRoute
from tests.contract.apps import NAMES, app_of, document

pytestmark = pytest.mark.asyncio
Json = dict[str, Any]
every_service = pytest.mark.parametrize("name", NAMES)
OF_EVERY_ROUTE = {
    *("token-missing", "token-invalid", "role", "too-large", "invalid", "duplicate-key"),
    *("too-many", "unavailable", "failure"),
}
OF_EVERY_KEY = {
    *("idempotency-key-missing", "idempotency-key-malformed", "idempotency-key-reused"),
    "in-flight",
}


def operations(described: Json) -> Iterator[tuple[str, Json]]:
    for path, item in described["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def parts(value: Any) -> Iterator[Json]:
    """Every object in a document."""
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from parts(part)
    elif isinstance(value, list):
        for part in value:
            yield from parts(part)


def found_at(described: Json, reference: str) -> Any:
    place: Any = described
    for step in reference.removeprefix("#/").split("/"):
        place = place[step]
    return place


def slugs_in(operation: Json) -> set[str]:
    media = "application/problem+json"
    contents = [answer.get("content", {}) for answer in operation["responses"].values()]
    return {slug for one in contents if media in one for slug in one[media]["examples"]}


def headers_in(operation: Json) -> dict[str, bool]:
    named = (one for one in operation["parameters"] if one["in"] == "header")
    return {one["name"]: one.get("required", False) for one in named}


@every_service
async def test_a_document_is_openapi_3_1_and_nothing_in_it_is_unknown(name: str) -> None:
    described = await document(name, "openapi")
    assert described["openapi"].startswith("3.1.")
    read = OpenAPI.model_validate(described)
    again = json.loads(read.model_dump_json(by_alias=True, exclude_unset=True))
    assert again == described
    for part in parts(described):
        if isinstance(part.get("$ref"), str):
            assert found_at(described, part["$ref"])


@every_service
async def test_every_route_of_the_contract_is_described_once(name: str) -> None:
    described = dict(operations(await document(name, "openapi")))
    routes = [one for one in app_of(name).routes if isinstance(one, ContractRoute)]
    wanted = {f"{method} {one.path_format}" for one in routes for method in one.methods or ()}
    health = {f"GET /{name}/health/live", f"GET /{name}/health/ready"}
    assert described.keys() == wanted | health
    names = [operation["operationId"] for operation in described.values()]
    assert len(set(names)) == len(names)


@every_service
async def test_every_answer_and_body_has_an_example_that_is_one(name: str) -> None:
    described = await document(name, "openapi")
    looked_at = 0
    for place, operation in operations(described):
        told = [operation.get("requestBody", {}), *operation["responses"].values()]
        for media, content in (pair for one in told for pair in one.get("content", {}).items()):
            if media.startswith(("application/json", "application/problem")):
                schema = {**content["schema"], "components": described["components"]}
                check = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
                for example in examples_in(described, content):
                    assert not [str(fault) for fault in check.iter_errors(example)], place
                    looked_at += 1
    assert looked_at > 50


def examples_in(described: Json, content: Json) -> list[Any]:
    if "example" in content:
        return [content["example"]]
    return [found_at(described, one["$ref"])["value"] for one in content["examples"].values()]


@every_service
async def test_every_route_but_health_wants_a_token_and_says_which_problems_it_has(
    name: str,
) -> None:
    for place, operation in operations(await document(name, "openapi")):
        if "/health/" in place:
            assert operation["security"] == []
            continue
        assert operation["security"] == [{"bearer": []}]
        assert slugs_in(operation) >= OF_EVERY_ROUTE, place
        assert headers_in(operation)["Accept-Language"] is False
        assert "Roles: " in operation["description"]
        has_path = any(one["in"] == "path" for one in operation["parameters"])
        assert "not-found" in slugs_in(operation) or not has_path, place


@every_service
async def test_headers_and_the_problems_of_their_absence_go_together(name: str) -> None:
    for place, operation in operations(await document(name, "openapi")):
        headers, slugs = headers_in(operation), slugs_in(operation)
        assert ("If-Match" in headers) == ("if-match-missing" in slugs), place
        assert ("If-Match" in headers) == ("changed-meanwhile" in slugs), place
        assert ("Idempotency-Key" in headers) == (slugs >= OF_EVERY_KEY), place
        assert ("requestBody" in operation) == ("media-type" in slugs), place


async def test_a_key_is_required_but_where_a_trial_is_possible() -> None:
    optional = {
        place
        for name in NAMES
        for place, operation in operations(await document(name, "openapi"))
        if headers_in(operation).get("Idempotency-Key") is False
    }
    assert optional == {"POST /admissions/v1/imports", "POST /quota/v1/quotas/{quota}/keys"}


@every_service
async def test_every_problem_has_an_example_and_every_fault_its_code(name: str) -> None:
    components = (await document(name, "openapi"))["components"]
    assert components["examples"].keys() == PROBLEMS.keys()
    for slug, example in components["examples"].items():
        assert example["value"]["type"] == f"/{name}/problems/{slug}"
    assert set(components["schemas"]["Fault"]["properties"]["code"]["enum"]) == FAULTS.keys()


async def test_every_problem_is_said_of_some_route_but_the_wrong_method() -> None:
    said = {
        slug
        for name in NAMES
        for _, operation in operations(await document(name, "openapi"))
        for slug in slugs_in(operation)
    }
    assert said == PROBLEMS.keys() - {"method"}
