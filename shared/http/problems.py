"""Refusals as problem details (RFC 9457), German or English, with every fault at once."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson
from starlette.requests import Request
from starlette.responses import Response

Language = Literal["de", "en"]
CATALOG: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "catalog.toml").read_text(encoding="utf-8")
)
PROBLEMS: Mapping[str, Any] = CATALOG["problems"]
FAULTS: Mapping[str, Any] = CATALOG["faults"]
RETRY_AFTER = {"in-flight": "1", "too-many": "1", "unavailable": "2", "not-yet-known": "2"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong place: a code of the catalog, an RFC 6901 pointer or a query parameter."""

    code: str
    pointer: str | None = None
    parameter: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


class Problem(Exception):
    """A request is refused; nothing was changed."""

    def __init__(self, slug: str, faults: Sequence[Fault] = (), **facts: object) -> None:
        super().__init__(slug)
        self.slug, self.faults, self.facts = slug, faults, facts
        self.headers: dict[str, str] = {}

    @classmethod
    def invalid(cls, *faults: Fault) -> "Problem":
        """Shape or values are wrong, at these places."""
        return cls("invalid", faults)


def language_of(request: Request) -> Language:
    """English where the caller prefers it to German, else German."""
    wanted: dict[str, float] = {}
    for part in ",".join(request.headers.getlist("accept-language")).lower().split(","):
        name, _, weight = part.replace(" ", "").replace("\t", "").partition(";q=")
        tongue = name.split("-")[0]
        wanted[tongue] = max(wanted.get(tongue, 0.0), _weight(weight))
    others = wanted.get("*", 0.0)
    return "en" if wanted.get("en", others) > wanted.get("de", others) else "de"


def _weight(written: str) -> float:
    try:
        return float(written) if written else 1.0
    except ValueError:
        return 0.0


def render(request: Request, service: str, problem: Problem) -> Response:
    """The problem as an answer in the caller's language."""
    language = language_of(request)
    entry = PROBLEMS[problem.slug]
    title, detail = entry[language]
    facts = {"count": len(problem.faults), **problem.facts}
    document = {
        "type": f"/{service}/problems/{problem.slug}",
        "title": title,
        "status": entry["status"],
        "detail": detail.format_map(facts),
    }
    if problem.faults:
        document["errors"] = [_written(fault, language) for fault in problem.faults]
    headers = {"Content-Language": language, "Vary": "Accept-Language", **problem.headers}
    if problem.slug in RETRY_AFTER:
        headers.setdefault("Retry-After", RETRY_AFTER[problem.slug])
    if entry["status"] == 401:  # the status says it best
        headers["WWW-Authenticate"] = "Bearer"
    return Response(orjson.dumps(document), entry["status"], headers, "application/problem+json")


def _written(fault: Fault, language: Language) -> dict[str, str]:
    place = (
        {"parameter": fault.parameter}
        if fault.parameter is not None
        else {"pointer": fault.pointer or ""}
    )
    detail = FAULTS[fault.code][language].format_map(fault.facts)
    return {**place, "code": fault.code, "detail": detail}
