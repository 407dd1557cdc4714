"""Refusals for OpenAPI: every status with the problems that it can mean, each with an example."""

from collections.abc import Iterable
from typing import Any

from shared.http.problems import FAULTS, PROBLEMS, RETRY_AFTER

Json = dict[str, Any]
MEDIA = "application/problem+json"
TEXT = {"type": "string"}
ALWAYS = {
    "duplicate-key",
    "failure",
    "invalid",
    "role",
    "token-invalid",
    "token-missing",
    "too-large",
    "too-many",
    "unavailable",
}
"""What every route may refuse with: its query may be wrong, its body too large."""
KEYED = {
    "idempotency-key-malformed",
    "idempotency-key-missing",
    "idempotency-key-reused",
    "in-flight",
}
OF_JSON = {"media-type", "not-json", "not-utf8"}
OF_PATHS = {"not-found"}
SOMETIMES_LATER = {"invalid": "`Retry-After` where a fault is `not-yet-known`."}


def shapes() -> Json:
    """The component schemas of a problem and of a fault."""
    fault = {
        "type": "object",
        "description": "One wrong place, in the body or in the query.",
        "required": ["code", "detail"],
        "properties": {
            "pointer": {**TEXT, "description": "RFC 6901; the empty one is the whole body."},
            "parameter": {**TEXT, "description": "The name of a query parameter."},
            "code": {"type": "string", "enum": sorted(FAULTS)},
            "detail": {**TEXT, "description": "For people, in the caller's language."},
        },
        "oneOf": [{"required": ["pointer"]}, {"required": ["parameter"]}],
    }
    problem = {
        "type": "object",
        "description": "Why a request was refused, by RFC 9457. A 4xx changes nothing.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {**TEXT, "description": "The path of a page that helps."},
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
        },
    }
    return {"Fault": fault, "Problem": problem}


def examples(service: str) -> Json:
    """An example of every problem, in English, by its slug."""
    return {slug: {"value": _example(service, slug)} for slug in PROBLEMS}


def _example(service: str, slug: str) -> Json:
    title, detail = PROBLEMS[slug]["en"]
    fault = {"pointer": "/persons", "code": "persons-out-of-range"}
    faults = [{**fault, "detail": FAULTS[fault["code"]]["en"]}] if slug == "invalid" else []
    facts = {
        "name": "persons",
        "needed": "coordination",
        "unit": "01001",
        "method": "PATCH",
        "by": "coordination",
        "at": "2023-05-02T08:15:30.250000Z",
        "count": len(faults),
    }
    document = {
        "type": f"/{service}/problems/{slug}",
        "title": title,
        "status": PROBLEMS[slug]["status"],
        "detail": detail.format_map(facts),
    }
    return document | ({"errors": faults} if faults else {})


def responses(service: str, slugs: Iterable[str]) -> Json:
    """Every status with the slugs that it stands for."""
    by_status: dict[int, list[str]] = {}
    for slug in sorted(slugs):
        by_status.setdefault(PROBLEMS[slug]["status"], []).append(slug)
    return {
        str(status): _response(service, status, each) for status, each in sorted(by_status.items())
    }


def _response(service: str, status: int, slugs: list[str]) -> Json:
    types = [f"/{service}/problems/{slug}" for slug in slugs]
    narrowed = {"properties": {"type": {"enum": types}, "status": {"const": status}}}
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, narrowed]}
    named = {slug: {"$ref": f"#/components/examples/{slug}"} for slug in slugs}
    said = [f"`{slug}`: {PROBLEMS[slug]['en'][0]}." for slug in slugs]
    said += [SOMETIMES_LATER[slug] for slug in slugs if slug in SOMETIMES_LATER]
    return {
        "description": " ".join(
            [*said, *(SOMETIMES_LATER.get(slug, "") for slug in slugs)]
        ).strip(),
        "headers": _headers(status, slugs),
        "content": {MEDIA: {"schema": schema, "examples": named}},
    }


def _headers(status: int, slugs: list[str]) -> Json:
    headers: Json = {
        "Content-Language": {"required": True, "schema": {"enum": ["de", "en"]}},
        "Vary": {"required": True, "schema": {"const": "Accept-Language"}},
    }
    later = RETRY_AFTER.keys() | {"invalid"}
    if later & set(slugs):
        seconds = {"type": "string", "pattern": "^[0-9]+$"}
        headers["Retry-After"] = {"required": set(slugs) <= RETRY_AFTER.keys(), "schema": seconds}
    if status == 401:
        headers["WWW-Authenticate"] = {"required": True, "schema": {"const": "Bearer"}}
    return headers
