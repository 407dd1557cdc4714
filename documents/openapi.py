"""The OpenAPI document of a service: what FastAPI knows, completed by what each route declares."""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from documents import parameters, problems
from documents.declared import Answer, declaration_of
from documents.examples import REF, example_of
from documents.shapes import components_of, schema_of
from shared.codes import Role
from shared.http.route import JSON, ContractRoute

Json = dict[str, Any]
OPEN: list[Json] = []
BEARER: list[Json] = [{"bearer": []}]
VALIDATION_OF_FASTAPI = ("HTTPValidationError", "ValidationError")
DESCRIPTION = """\
Counts and codes only: no data about people. German or English by `Accept-Language`. Numbers that
count are exact fractions; dates are those of Berlin. What is here only grows within `v1`.

Checks come in this order: path, method, size, token, role, media type, `Idempotency-Key`, JSON,
shape and values (all faults at once), authority over the units, whether the thing is there,
`If-Match`, state.
"""
SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": (
            "An access token of the issuer, with the claims `roles`, `lands`, `units`; or an API "
            "key, `hl_…`, which acts as the city of one unit."
        ),
    }
}
HEADERS = {
    "ETag": {"example": '"17"', "description": "The state that is shown; send it as `If-Match`."},
    "Location": {"example": "/", "description": "The address of what was made."},
}
REPLAYED = {
    "Idempotency-Replayed": {
        "description": "`true` where this is the first answer to the same key again.",
        "schema": {"const": "true"},
    }
}


def openapi_document(app: FastAPI, service: str) -> Json:
    """The whole document; LookupError where a route or a shape lacks what belongs to it."""
    routes = [each for each in app.routes if isinstance(each, APIRoute) and each.include_in_schema]
    document = get_openapi(
        title=f"Hafenlotse {service}", version="1", routes=routes, description=DESCRIPTION
    )
    declared = [declaration_of(each.endpoint) for each in routes]
    shapes = [one.shape for each in declared for one in each.answers.values() if one.shape]
    components = document.setdefault("components", {})
    bodies = components.get("schemas", {})
    schemas = {name: bodies[name] for name in bodies if name not in VALIDATION_OF_FASTAPI}
    schemas |= components_of(shapes, REF) | problems.shapes()
    for route in routes:
        for operation in _operations(document, route):
            _complete(operation, route, service, schemas)
    document["components"] = {
        "schemas": _untitled(schemas),
        "examples": problems.examples(service),
        "securitySchemes": SCHEMES,
    }
    return document


def _operations(document: Json, route: APIRoute) -> Iterator[Json]:
    at_path = document["paths"][route.path_format]
    return (at_path[method.lower()] for method in sorted(route.methods or ()))


def _complete(operation: Json, route: APIRoute, service: str, schemas: Json) -> None:
    declared = declaration_of(route.endpoint)
    if not declared.answers:
        raise LookupError(f"{route.path}: add @answers(...) above {route.endpoint.__name__}")
    summary, _, more = (route.endpoint.__doc__ or "").strip().partition("\n")
    operation |= {"operationId": route.endpoint.__name__, "summary": summary.rstrip(".")}
    operation["parameters"] = parameters.of(operation, route, declared)
    operation["responses"] = {
        str(status): _response(status, answer, route, schemas)
        for status, answer in sorted(declared.answers.items())
    }
    if isinstance(route, ContractRoute):
        operation["security"] = BEARER
        said = more.strip(), _roles(route.rule.roles), _scope(route, service)
        operation["description"] = " ".join(filter(None, said))
        operation["responses"] |= problems.responses(service, slugs_of(route))
        _complete_body(operation, route, schemas)
    else:
        operation["security"] = OPEN
        operation["description"] = "Open to everyone."


def _roles(roles: Iterable[Role]) -> str:
    return "Roles: " + ", ".join(f"`{role}`" for role in roles) + "."


def _scope(route: ContractRoute, service: str) -> str:
    """What an API key must be for, where a city may call at all."""
    if Role.CITY not in route.rule.roles:
        return ""
    scope = route.rule.scope(service, next(iter(route.methods or ("GET",))))
    return f"API keys: {'any' if route.rule.any_scope else f'`{scope}`'}."


def slugs_of(route: ContractRoute) -> set[str]:
    """Every problem that a route can answer: by its rule, its path and body, and of its own."""
    slugs = problems.ALWAYS | declaration_of(route.endpoint).slugs
    if parameters.wants_key(route):
        slugs |= problems.KEYED
    if route.body_field is not None:
        slugs |= problems.OF_JSON
    if route.rule.media != (JSON,):
        slugs |= {"media-type"}
    if route.param_convertors:
        slugs |= problems.OF_PATHS
    return slugs


def _response(status: int, answer: Answer, route: APIRoute, schemas: Json) -> Json:
    headers: Json = {
        name: {"required": True, "schema": {"type": "string"}, **HEADERS[name]}
        for name in answer.headers
    }
    if isinstance(route, ContractRoute) and parameters.wants_key(route) and status != 200:
        headers |= REPLAYED
    if answer.shape is None:
        return {"description": "It is done; there is nothing to show.", "headers": headers}
    schema = schema_of(answer.shape, REF)
    named = schemas[schema["$ref"].removeprefix(REF)] if "$ref" in schema else schema
    content = {"schema": schema, "example": example_of(schema, schemas)}
    return {
        "description": named["description"],
        "headers": headers,
        "content": {answer.media: content},
    }


def _complete_body(operation: Json, route: ContractRoute, schemas: Json) -> None:
    if "requestBody" in operation:
        [content] = operation["requestBody"]["content"].values()
        content["example"] = example_of(content["schema"], schemas)
    elif route.rule.media != (JSON,):
        file = {"schema": {"type": "string", "format": "binary"}}
        content = dict.fromkeys(route.rule.media, file)
        operation["requestBody"] = {"required": True, "content": content}


def _untitled(schema: Any) -> Any:
    """Without the titles that only repeat a field's name."""
    match schema:
        case dict():
            is_field = isinstance(schema.get("title"), str) and {"type", "anyOf"} & schema.keys()
            kept = (name for name in schema if not (is_field and name == "title"))
            return {name: _untitled(schema[name]) for name in kept}
        case list():
            return [_untitled(each) for each in schema]
    return schema
