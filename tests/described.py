"""Checks answers against the OpenAPI document of their service: status, media, headers, body."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
import jsonschema_rs

Json = dict[str, Any]
PARAMETER = re.compile(r"\{[a-z_]+\}")
STREAM = "text/event-stream"


@dataclass(frozen=True)
class Operation:
    """A method at a path, with what it may answer."""

    method: str
    path: str
    responses: Json

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        parts = (re.escape(part) for part in PARAMETER.split(self.path))
        return re.compile("[^/]+".join(parts))

    def __hash__(self) -> int:
        return hash((self.method, self.path))


class Described:
    """The operations of a document, and a check for every shape that was asked for once."""

    def __init__(self, document: Json) -> None:
        self._components = closed(document["components"])
        self._checks: dict[tuple[Operation, str, str], Any] = {}
        self._operations = [
            Operation(method.upper(), path, operation["responses"])
            for path, item in document["paths"].items()
            for method, operation in item.items()
        ]
        self._operations.sort(key=lambda one: "{" in one.path)  # the literal path wins

    def operation(self, method: str, path: str) -> Operation | None:
        """What is described for a request, or None."""
        found = (one for one in self._operations if one.method == method)
        return next((one for one in found if one.pattern.fullmatch(path)), None)

    def faults(self, method: str, path: str, answer: httpx.Response) -> list[str]:
        """Everything in which an answer is not what the document says; the body must be read."""
        operation = self.operation(method, path)
        if operation is None:
            return [] if answer.status_code in {404, 405} else ["this is not described"]
        response = operation.responses.get(str(answer.status_code))
        if response is None:
            return [f"the status {answer.status_code} is not described: {answer.text[:300]}"]
        headers = response.get("headers", {}).items()
        missing = [
            f"the header {name} is missing"
            for name, header in headers
            if header.get("required") and name not in answer.headers
        ]
        return missing + self._faults_of_body(operation, response.get("content", {}), answer)

    def _faults_of_body(
        self, operation: Operation, content: Json, answer: httpx.Response
    ) -> list[str]:
        media = answer.headers.get("Content-Type", "").split(";")[0]
        if not content:
            return ["a body is not described"] if answer.content else []
        if media not in content:
            return [f"the media type {media!r} is not described"]
        if media == STREAM:
            return []
        place = operation, str(answer.status_code), media
        if place not in self._checks:
            schema = {**closed(content[media]["schema"]), "components": self._components}
            check = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
            self._checks[place] = check
        found = self._checks[place].iter_errors(answer.json())
        return [
            f"{'/'.join(map(str, error.instance_path))}: {error.message[:300]}" for error in found
        ]


def closed(schema: Any) -> Any:
    """The schema of our own answers: what a client must tolerate, we do not send unsaid."""
    match schema:
        case {"properties": dict(), "type": "object"}:
            return {name: closed(part) for name, part in schema.items()} | {
                "additionalProperties": False
            }
        case dict():
            return {name: closed(part) for name, part in schema.items()}
        case list():
            return [closed(part) for part in schema]
    return schema
