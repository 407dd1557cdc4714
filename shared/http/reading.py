"""Reads a body within bounds and as strict JSON: no duplicate keys, no NaN, only UTF-8."""

import json
from typing import Any, NoReturn

from starlette.requests import Request

from shared.http.problems import Problem

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

    A NUL, which PostgreSQL does not store, passes: every field says which texts it takes.
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
    except (ValueError, RecursionError) as fault:
        raise Problem("not-json") from fault
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


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
