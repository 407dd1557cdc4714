"""Reads a body within bounds and as strict JSON: no duplicate keys, no NaN, only UTF-8."""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from starlette.requests import Request

from shared.http.faults import pointer
from shared.http.problems import Fault, Problem

MOST_BYTES = 1024 * 1024
MOST_DIGITS = 400


async def read_body(request: Request) -> bytes:
    """The whole body, or the problem `too-large` without reading on."""
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced[:20]) > MOST_BYTES:
        raise Problem("too-large")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Problem("too-large")
    return bytes(body)


def parse_json(body: bytes) -> Any:
    """The value of a JSON text, or the problems `not-utf8`, `not-json`, `duplicate-key`.

    NUL, which PostgreSQL does not store, is `invalid` wherever a text contains it.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise Problem("not-utf8") from fault
    try:
        value = json.loads(
            text, object_pairs_hook=_once_each, parse_constant=_refuse, parse_int=_whole
        )
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate can't be
        places = list(_places_of_nul(value, [])) if "\\u0000" in text else []
    except (ValueError, RecursionError) as fault:
        raise Problem("not-json") from fault
    if places:
        raise Problem.invalid(*(Fault("malformed", pointer=place) for place in places))
    return value


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise Problem("duplicate-key", name=name.encode(errors="replace").decode())
        members[name] = value
    return members


def _whole(digits: str) -> int:
    """A number that is too long for Python to read is too large for every field, too."""
    return int(digits[:MOST_DIGITS])


def _places_of_nul(value: Any, path: list[object]) -> Iterator[str]:
    match value:
        case str() if "\0" in value:
            yield pointer(path)
        case dict():
            for name, member in value.items():
                yield from _places_of_nul(member, [*path, name])
        case list():
            for index, member in enumerate(value):
                yield from _places_of_nul(member, [*path, index])


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
