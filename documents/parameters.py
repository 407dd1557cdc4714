"""The parameters of a route: what FastAPI found, the headers of the contract, and the path's."""

from typing import Any

from fastapi.routing import APIRoute

from documents.declared import Declaration
from documents.words import ID
from shared.http.route import VISIBLE, ContractRoute

Json = dict[str, Any]
TRIALS = {"dry_run", "preview"}
"""Query parameters that make a POST a pure computation."""
PATHS: Json = {
    "land": {"pattern": "^(0[1-9]|1[0-6])$", "examples": ["01"]},
    "unit": {"pattern": "^[0-9]{5,8}$", "examples": ["01001"]},
    "quota": {"pattern": "^[a-z][a-z0-9-]{0,39}$", "examples": ["sh-regular"]},
}
AN_ID = {"format": "uuid", "examples": [ID]}
LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "description": "German, or English where it is preferred.",
    "schema": {"type": "string", "examples": ["en"], "default": "de"},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The `ETag` of the state that is to be changed.",
    "schema": {"type": "string", "examples": ['"17"']},
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Your own name for this request: a repeat has no second effect.",
    "schema": {"type": "string", "pattern": f"^{VISIBLE.pattern}$", "examples": [ID]},
}


def of(operation: Json, route: APIRoute, declared: Declaration) -> list[Json]:
    """All parameters of an operation, those of the path first."""
    found = [_shown(each) for each in operation.get("parameters", ())]
    if isinstance(route, ContractRoute):
        if wants_key(route):
            found.append(KEY | _need_of_a_key(found))
        if "if-match-missing" in declared.slugs:
            found.append(IF_MATCH)
        found.append(LANGUAGE)
    return found


def wants_key(route: ContractRoute) -> bool:
    """Whether a route's effect is bound to an Idempotency-Key."""
    return "POST" in (route.methods or ()) and not route.rule.is_pure


def _need_of_a_key(found: list[Json]) -> Json:
    trials = TRIALS & {each["name"] for each in found}
    if not trials:
        return {"required": True}
    [trial] = trials
    return {
        "required": False,
        "description": f"{KEY['description']} Needed without `{trial}`, else not looked at.",
        "schema": {"type": "string", "examples": [ID]},
    }


def _shown(parameter: Json) -> Json:
    """A path parameter gets its form; a query that may be left out is never null."""
    schema, name = parameter["schema"], parameter["name"]
    if parameter["in"] == "path":
        schema = {"type": "string", **PATHS.get(name, AN_ID)}
    elif "anyOf" in schema:
        [schema] = [each for each in schema["anyOf"] if each.get("type") != "null"]
    return {**parameter, "schema": {key: schema[key] for key in schema if key != "title"}}
